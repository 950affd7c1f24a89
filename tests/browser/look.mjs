// Takes pictures of pages for a person to look at: phone and desktop, light and dark.
//   node tests/browser/look.mjs OUTDIR [PATH..]   without paths: all that the navigation leads to
//   ROLE="partner staff" node tests/browser/look.mjs OUTDIR
import { World, pagesFrom, shot } from "./world.mjs";

const [folder, ...asked] = process.argv.slice(2);
if (!folder) {
  console.error("usage: node tests/browser/look.mjs OUTDIR [PATH..]");
  process.exit(2);
}
const world = await World.open();
try {
  const page = await world.page();
  await page.goto("/sign-in");
  await shot(page, "sign-in", folder);
  await world.signIn(page, process.env.ROLE ?? "brand admin");
  for (const path of asked.length ? asked : await pagesFrom(page)) {
    await page.goto(path);
    await shot(page, name(path), folder);
    console.log(`${path}: ${name(path)}-*.png`);
  }
  for (const fault of page.faults) console.log(`fault: ${fault}`);
} finally {
  await world.close();
}

// Ids change from demo to demo; a picture's name should not.
function name(path) {
  const id = /[0-9a-f]{8}-[0-9a-f-]{27,}|[0-9A-Za-z_-]{22,}/g;
  return path.replace(id, "one").replace(/\W+/g, "-").replace(/^-|-$/g, "") || "start";
}
