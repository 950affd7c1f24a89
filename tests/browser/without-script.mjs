import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { openMaya } from "./looking-up.mjs";
import { journey } from "./journey.mjs";

const plain = { script: false };
const file = fileURLToPath(new URL("files/new-customers.csv", import.meta.url));

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

journey("without scripts a file is mapped and brought in", plain, async (page, world) => {
  await world.signIn(page, "partner admin");
  await page.goto("/imports");
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("button", { name: "Upload the file" }).click();
  await page.getByText("2 of the first 5 rows would be left out").waitFor();
  await page.getByLabel("City", { exact: true }).selectOption({ label: "Not in the file" });
  await page.getByRole("button", { name: "Check again" }).click();
  await page.getByText("Columns that are not used: Town.").waitFor();
  await page.getByRole("button", { name: "Start the import" }).click();
  // The page looks again by itself only with scripts; here a link does.
  const rejects = page.getByRole("link", { name: "Download the rejects" });
  const again = page.getByRole("link", { name: "Look again" });
  while (!(await rejects.count())) if (await again.count()) await again.click();
});
