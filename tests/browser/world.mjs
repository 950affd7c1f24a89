// The world of the browser journeys: one demo server, one Chromium, and pages that remember what
// went wrong in them. With HANDFAST_URL and HANDFAST_LINKS (the `ready` line's links) it uses a
// server that runs already. On PostgreSQL it needs HANDFAST_TEST_POSTGRES: `bin/with-postgres`.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../../", import.meta.url));
export const binary = process.env.HANDFAST_BINARY ?? join(root, "target/debug/handfast");
const axeSource = createRequire(import.meta.url)("axe-core").source;
const START_LIMIT_MS = 400_000; // a debug build makes two years of touches first
const STEP_LIMIT_MS = 15_000;

export const results = join(root, "test-results");
export const SIZES = { 390: { width: 390, height: 844 }, 1280: { width: 1280, height: 900 } };
export const THEMES = ["light", "dark"];

// Chromium as root in a closed network: it may not look for updates or its maker's hosts.
const CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export class World {
  /** `engine` is "sqlite" or "postgresql". */
  static async open(engine = "sqlite") {
    const world = new World();
    world.engine = engine;
    await mkdir(results, { recursive: true });
    try {
      await (process.env.HANDFAST_URL && engine === "sqlite" ? world.#borrow() : world.#start());
      const executablePath = browserPath();
      world.browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
    } catch (error) {
      await world.close();
      throw error;
    }
    return world;
  }

  #borrow() {
    this.address = process.env.HANDFAST_URL;
    this.links = JSON.parse(process.env.HANDFAST_LINKS ?? "[]");
  }

  async #start() {
    this.folder = await mkdtemp(join(tmpdir(), "handfast-browser-"));
    const flags = ["demo", "--data", this.folder, "--listen", "127.0.0.1:0", "--json"];
    if (this.engine === "postgresql") flags.push("--database", freshDatabase());
    this.server = spawn(binary, flags, { stdio: ["ignore", "pipe", "pipe"] });
    this.server.log = "";
    this.server.stderr.on("data", (text) => { this.server.log += text; });
    this.ended = new Promise((resolve) => {
      this.server.once("exit", resolve);
      this.server.once("error", resolve);
    });
    const late = setTimeout(() => this.server.kill(), START_LIMIT_MS);
    for await (const line of createInterface(this.server.stdout)) {
      const event = line.startsWith("{") ? JSON.parse(line) : {};
      if (event.event !== "ready") continue;
      clearTimeout(late);
      this.address = event.address;
      this.links = event.links;
      this.server.stdout.resume();
      return;
    }
    clearTimeout(late);
    throw new Error(`the demo did not get ready:\n${this.server.log}`);
  }

  /** A page with a cache and cookies of its own. What goes wrong in it is added to `faults`. */
  async page({ width = 1280, theme = "light", script = true, cookies = [] } = {}) {
    const context = await this.browser.newContext({
      baseURL: this.address,
      viewport: SIZES[width],
      hasTouch: width < 800,
      colorScheme: theme,
      javaScriptEnabled: script,
      locale: "en-GB",
    });
    context.setDefaultTimeout(STEP_LIMIT_MS);
    await context.addCookies(cookies);
    const page = await context.newPage();
    page.faults = [];
    page.expected = []; // statuses that a journey provokes
    page.on("pageerror", (error) => page.faults.push(`script: ${error.message}`));
    page.on("console", (message) => {
      const policy = /content security policy/i.test(message.text());
      if (policy) page.faults.push(`policy: ${message.text()}`);
    });
    page.on("response", (response) => {
      if (response.status() < 400 || page.expected.includes(response.status())) return;
      page.faults.push(`${response.status()} for ${response.url()}`);
    });
    return page;
  }

  /** Uses the demo's one-click link of a person, by name or by role, such as "brand admin". */
  async signIn(page, who) {
    const link = this.links.find((one) => one.name === who || one.role === who);
    const known = this.links.map((one) => `${one.name}, ${one.role}`);
    assert.ok(link, `the demo has a link for ${who}: ${known.join("; ")}`);
    await page.goto(link.url);
    const button = page.getByRole("main").getByRole("button", { name: /sign in/i });
    if (await button.count()) await Promise.all([page.waitForURL(/./), button.click()]);
    await mainMenu(page).waitFor({ state: "attached" });
    return link;
  }

  async close() {
    await this.browser?.close();
    if (this.server) {
      this.server.kill("SIGTERM");
      await this.ended;
    }
    if (this.folder) await rm(this.folder, { recursive: true, force: true });
  }
}

/** Pictures of the page as it is: phone and desktop, light and dark. */
export async function shot(page, name, folder = results) {
  await mkdir(folder, { recursive: true });
  const before = page.viewportSize();
  for (const [width, size] of Object.entries(SIZES)) {
    for (const theme of THEMES) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: theme });
      // As tall as the page: what is fixed to the screen then stands at its end, not across it.
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ ...size, height: Math.max(height, size.height) });
      await page.screenshot({ path: join(folder, `${name}-${width}-${theme}.png`) });
    }
  }
  await page.setViewportSize(before);
}

/** Serious and critical findings of axe, each with its first places. */
export async function axe(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() => window.axe.run(document));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, help, nodes }) => {
      const places = nodes.slice(0, 3).map((node) => `${node.html} ${node.failureSummary}`);
      return `${id}: ${help} (${nodes.length})\n    ${places.join("\n    ")}`;
    });
}

/** The pages a viewer comes to from the navigation, and the first record behind each list. */
export async function pagesFrom(page) {
  const found = new Set(await paths(mainMenu(page).locator("a[href^='/']")));
  for (const path of [...found]) {
    await page.goto(path);
    const rows = page.locator(`main a[href^='${path}/']:not([download])`);
    for (const first of (await paths(rows)).slice(0, 1)) found.add(first);
  }
  return [...found];
}

// On a phone it is there, but not shown until asked for.
function mainMenu(page) {
  return page.locator("nav[aria-label='Main']");
}

async function paths(links) {
  const all = await links.evaluateAll((some) => some.map((one) => one.getAttribute("href")));
  const pages = all.filter((path) => !/sign-out|\.csv|\.json/.test(path));
  return pages.map((path) => path.split("#")[0]);
}

/** A database of its own beside the one that HANDFAST_TEST_POSTGRES names. */
function freshDatabase() {
  const beside = process.env.HANDFAST_TEST_POSTGRES;
  const name = `journeys_${process.pid}`;
  execFileSync("psql", ["-qX", beside, "-c", `create database ${name}`]);
  return beside.replace(/[^/]*$/, name);
}

function browserPath() {
  const known = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome"];
  const path = known.find((one) => one && existsSync(one));
  assert.ok(path, "Chromium is missing: run bin/setup");
  return path;
}
