import assert from "node:assert/strict";
import { openMaya } from "./looking-up.mjs";
import { journey } from "./journey.mjs";

const plain = { script: false };

journey("without scripts one signs in, searches and logs a note", plain, async (page, world) => {
  await world.signIn(page, "brand staff");
  await page.goto("/customers");
  await page.locator("#q").fill("maya okafor");
  await page.locator("#q").press("Enter");
  await page.getByRole("main").getByRole("link", { name: "Maya Okafor" }).first().waitFor();

  await openMaya(page);
  const said = "Written without any script.";
  const composer = page.locator("#compose");
  await composer.getByLabel("Note", { exact: true }).first().check({ force: true });
  await composer.getByRole("textbox", { name: "Note" }).fill(said);
  await composer.getByRole("button", { name: "Save note" }).click();
  await page.locator(".timeline").getByText(said).waitFor();
});

journey("without scripts a filter is sent by its button", plain, async (page, world) => {
  await world.signIn(page, "brand staff");
  await page.goto("/customers");
  await page.getByRole("button", { name: "Apply" }).first().click();
  assert.match(page.url(), /\/customers\?/);
});
