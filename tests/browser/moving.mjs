// A customer moves and says so once. Three organisations apply it, one of them wrongly: the page
// says who, what differs, who acts next and by when, and each step is proven without us.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { journey } from "./journey.mjs";
import { axe, binary } from "./world.mjs";

const RIGHT = { street: "Flat 12, 5 Wapping Road", city: "Bristol", postcode: "BS1 4RH" };
const WRONG = { ...RIGHT, street: "Flat 17, 5 Wapping Road" };

/** Who applies it, and what each has in the own system afterwards. */
const APPLYING = [
  ["Kit Lowe", { ...RIGHT, street: "FLAT 12, 5 WAPPING RD", postcode: "bs14rh" }],
  ["Aaron Boyd", RIGHT],
  ["Grace Lin", WRONG],
];

for (const engine of ["sqlite", "postgresql"]) {
  journey(`an address is told once, and one of three has it wrong, on ${engine}`, { engine },
    async (page, world) => {
      await world.signIn(page, "Priya Nair");
      await theDemoTellsIt(page);
      const change = await tell(page);
      for (const [name, held] of APPLYING) {
        await apply(world, change, name, held);
      }
      await page.goto(change);
      await stands(page);
      await proven(page);
    });
}

/** Maya's move of two days ago. */
async function theDemoTellsIt(page) {
  await page.goto("/customers?q=Okafor");
  await page.getByRole("link", { name: /Maya Okafor/ }).first().click();
  await page.locator("a[href^='/changes/']").first().click();
  await page.getByRole("heading", { name: /Maya Okafor moved/ }).waitFor();
  await page.getByText("2 of 3 organisations are verified. Pedal & Post acts next").waitFor();
  await page.getByText("What Pedal & Post hold is not what Maya gave").waitFor();
  assert.equal(await page.locator("dl.diff ins").textContent(), "3");
  assert.equal(await page.locator("dl.diff mark").textContent(), "8");
  assert.deepEqual(await axe(page), []);
}

/** She moves again, and rings Priya. Answers where the change is. */
async function tell(page) {
  await page.getByRole("link", { name: /Maya’s page/ }).click();
  await page.locator("a[href$='/changes/new']").click();
  await page.getByLabel("Street, house number, flat").fill(RIGHT.street);
  await page.getByLabel("Town").fill(RIGHT.city);
  await page.getByLabel("Postcode").fill(RIGHT.postcode);
  await page.getByRole("button", { name: "Take it down" }).click();
  await page.getByText("0 of 3 organisations are verified.").waitFor();
  return new URL(page.url()).pathname;
}

/** What they say is not taken for what they hold: only the typed-back address counts. */
async function apply(world, change, name, held) {
  const page = await world.page({ width: 390 });
  await world.signIn(page, name);
  await page.goto(change);
  await page.getByRole("button", { name: "Accept", exact: true }).click();
  await page.getByRole("button", { name: "It is applied" }).click();
  await page.getByText("0 of 1 organisation is verified").waitFor();
  await page.getByText("Read back what your system shows").click();
  await page.getByLabel("Street, house number, flat").fill(held.street);
  await page.getByLabel("Town").fill(held.city);
  await page.getByLabel("Postcode").fill(held.postcode);
  await page.getByRole("button", { name: "Compare" }).click();
  const is = held === WRONG ? "What you hold is not what Maya gave" : "All verified";
  await page.getByText(is).first().waitFor();
  assert.deepEqual(page.faults, []);
  await page.context().close();
}

async function stands(page) {
  await page.getByText(/2 of 3 organisations are verified. Pedal & Post acts next, by .+\d\d:\d\d/)
    .waitFor();
  assert.equal(await page.getByText("Read-back matches").count(), 2);
  assert.equal(await page.locator("dl.diff ins").first().textContent(), "2");
  assert.equal(await page.locator("dl.diff mark").first().textContent(), "7");
}

/** All receipts, checked by somebody who has nothing but the file and the public key. */
async function proven(page) {
  // The ledger is signed every half second.
  while (await page.getByText("Signed in a moment").count()) await page.reload();
  const saving = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download all receipts" }).click();
  const file = await (await saving).path();
  const key = await page.evaluate(async () => (await fetch("/api/v1/ledger/key")).text());
  const elsewhere = await mkdtemp(join(tmpdir(), "handfast-elsewhere-"));
  try {
    await writeFile(join(elsewhere, "receipts.json"), await readFile(file));
    const good = await verify(elsewhere, key);
    assert.equal(good.code, 0, good.said);
    assert.match(good.said, /All \d+ receipts are valid, of the ledger handfast\/aurora\./);
    // Whoever wrote it down wrong cannot make it right afterwards.
    const forged = (await readFile(file, "utf8")).replaceAll("Flat 17", "Flat 12");
    await writeFile(join(elsewhere, "receipts.json"), forged);
    const bad = await verify(elsewhere, key);
    assert.notEqual(bad.code, 0, bad.said);
  } finally {
    await rm(elsewhere, { recursive: true });
  }
}

function verify(folder, key) {
  const asked = ["receipt", "verify", "receipts.json", "--key", key.trim()];
  return new Promise((resolve) => {
    execFile(binary, asked, { cwd: folder, env: {} }, (error, out, err) => {
      resolve({ code: error?.code ?? 0, said: `${out}${err}` });
    });
  });
}
