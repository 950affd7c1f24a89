// A case is handed from one workshop to another: the board, the chain, the brief, the receipts.
import assert from "node:assert/strict";
import { journey } from "./journey.mjs";
import { axe } from "./world.mjs";

/** The page that the steps come to, looked at by axe and by its width. */
async function sound(page) {
  assert.deepEqual(await axe(page), [], page.url());
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${page.url()} is ${wide} px wider than the screen`);
}

journey("a hand-off says who acts next, and proves each step", {}, async (page, world) => {
  await world.signIn(page, "brand admin");
  await page.goto("/hand-offs?board=open");
  await page.getByText("Torque Workshop sends what the brief lacks.").waitFor();
  await sound(page);
  await page.locator("#rows a.row-title").first().click();
  await page.getByRole("heading", { name: "Chain of custody" }).waitFor();
  await page.getByText("7 of 9 complete").waitFor();
  await page.getByText("Harbour Wheelworks is accountable.").waitFor();
  await sound(page);

  const receipts = page.locator("#receipts tbody tr");
  assert.equal(await receipts.count(), await receipts.getByText("Valid").count());
  await receipts.first().getByRole("button", { name: /^Verify/ }).click();
  await page.getByRole("heading", { name: "The receipt is genuine" }).first().waitFor();
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Chase" }).click();
  await page.getByText("They were reminded.").waitFor();
  await page.getByRole("link", { name: "Maya Okafor" }).click();
  await page.getByRole("heading", { name: "Hand-offs", exact: true }).waitFor();
  await page.getByRole("link", { name: "Hand something off" }).click();
  await page.getByRole("heading", { name: "What do you hand off?" }).waitFor();
  await sound(page);
  await page.getByLabel("Or something to be done, in words").fill("Ring her about the loan bike");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByLabel("To whom").waitFor();
  await sound(page);
});
