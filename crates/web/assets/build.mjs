// Bundles what pages load into dist/: styles, script, icons and fonts under names that carry a
// hash of their content, each text also compressed, and manifest.json from plain name to hashed
// name. Run by bin/assets.
import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { extname } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";
import subsetFont from "subset-font";

const source = new URL("src/", import.meta.url);
const dist = new URL("dist/", import.meta.url);
const require = createRequire(import.meta.url);
const manifest = {};

// Letters of western, central and northern Europe and Turkish; other names fall back to the
// system's own face.
const PUNCTUATION = [0x2010, 0x2013, 0x2014, 0x2018, 0x2019, 0x201a, 0x201c, 0x201d, 0x201e,
  0x2022, 0x2026, 0x2032, 0x2033, 0x2039, 0x203a, 0x20ac, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193,
  0x2212];
const FACES = {
  "inter-latin": {
    file: "latin",
    letters: [...span(0x20, 0x7e), ...span(0xa0, 0xff), ...PUNCTUATION],
  },
  "inter-latin-ext": { file: "latin-ext", letters: span(0x100, 0x17f) },
};
// 400 to 650 are the weights that the styles use; tnum lines figures up. Inter's contextual forms
// (calt) would cost 4 kB of the 60 kB that a first visit may weigh.
const FACE = {
  targetFormat: "woff2",
  noHinting: true,
  keepFeatures: ["kern", "tnum", "ccmp", "locl", "mark", "mkmk"],
  variationAxes: { wght: { min: 400, max: 650, default: 400 } },
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
for (const [name, face] of Object.entries(FACES)) await keep(`${name}.woff2`, await font(face));
await keep("app.css", await styles());
await keep("app.js", await script());
await keep("icons.svg", squeeze(await readFile(new URL("icons.svg", source), "utf8")));
await keep("favicon.svg", squeeze(await readFile(new URL("favicon.svg", source), "utf8")));
await writeFile(new URL("manifest.json", dist), `${JSON.stringify(manifest, null, 2)}\n`);

function span(first, last) {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

async function font({ file, letters }) {
  const path = require.resolve(
    `@fontsource-variable/inter/files/inter-${file}-wght-normal.woff2`,
  );
  return subsetFont(await readFile(path), String.fromCodePoint(...letters), FACE);
}

async function styles() {
  const fonts = {
    name: "fonts",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^asset:/ }, ({ path }) => ({
        path: manifest[path.slice("asset:".length)],
        external: true,
      }));
      onLoad({ filter: /fonts\.css$/ }, async ({ path }) => ({
        loader: "css",
        contents: (await readFile(path, "utf8"))
          .replace("RANGE_LATIN_EXT", ranges(FACES["inter-latin-ext"].letters))
          .replace("RANGE_LATIN", ranges(FACES["inter-latin"].letters)),
      }));
    },
  };
  return bundle("app.css", { plugins: [fonts] });
}

function script() {
  return bundle("app.js", { format: "iife", target: "es2022" });
}

async function bundle(name, options) {
  const { outputFiles } = await build({
    entryPoints: [new URL(name, source).pathname],
    bundle: true,
    minify: true,
    write: false,
    legalComments: "none",
    logLevel: "warning",
    ...options,
  });
  return outputFiles[0].contents;
}

function ranges(letters) {
  const found = [];
  for (const letter of [...letters].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last && last[1] + 1 === letter) last[1] = letter;
    else found.push([letter, letter]);
  }
  const hex = (letter) => letter.toString(16);
  return found.map(([a, b]) => (a === b ? `U+${hex(a)}` : `U+${hex(a)}-${hex(b)}`)).join(", ");
}

function squeeze(svg) {
  return Buffer.from(svg.replace(/<!--.*?-->/gs, "").replace(/>\s+</g, "><").trim());
}

async function keep(name, bytes) {
  const content = Buffer.from(bytes);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 10);
  const ending = extname(name);
  const hashed = `${name.slice(0, -ending.length)}-${hash}${ending}`;
  manifest[name] = hashed;
  await writeFile(new URL(hashed, dist), content);
  if (ending === ".woff2") return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  await writeFile(new URL(`${hashed}.br`, dist), brotliCompressSync(content, { params }));
  await writeFile(new URL(`${hashed}.gz`, dist), gzipSync(content, { level: 9 }));
}
