import assert from "node:assert/strict";
import { openMaya } from "./looking-up.mjs";
import { journey } from "./journey.mjs";

journey("a call is logged and stands on top of the timeline", {}, async (page, world) => {
  await world.signIn(page, "brand staff");
  await openMaya(page);
  const said = "She asked for a loan bike; I will ring her at noon.";
  const composer = page.locator("#compose");
  await composer.getByLabel("Call", { exact: true }).check({ force: true });
  await composer.getByLabel("What did you both say?").fill(said);
  await composer.getByRole("button", { name: "Save call" }).click();
  await page.locator(".timeline").getByText(said).waitFor();
  const first = await page.locator(".timeline > li:not(.group)").first().textContent();
  assert.ok(first.includes(said));

  await page.reload();
  assert.equal(await page.locator(".timeline").getByText(said).count(), 1);
});

journey("an empty call is not saved; the page says what is missing", {}, async (page, world) => {
  page.expected.push(422);
  await world.signIn(page, "brand staff");
  await openMaya(page);
  const composer = page.locator("#compose");
  await composer.getByRole("button", { name: "Save call" }).click();
  await page.locator(".error-summary, #compose [aria-invalid=true], :invalid").first().waitFor();
});

journey("an auditor reads and is offered nothing to write", {}, async (page, world) => {
  await world.signIn(page, "auditor");
  await openMaya(page);
  assert.equal(await page.locator("#compose").count(), 0);
});
