import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { journey } from "./journey.mjs";

const file = fileURLToPath(new URL("files/new-customers.csv", import.meta.url));

journey("a file is uploaded, mapped and brought in; rejects say why", {}, async (page, world) => {
  await world.signIn(page, "brand admin");
  await page.goto("/imports");
  await page.locator("input[type=file]").setInputFiles(file);
  await page.getByRole("button", { name: /upload/i }).click();

  // The first rows are shown before anything is stored.
  await page.getByText("Rosa Whitfield").first().waitFor();
  for (const [field, column] of [
    [/reference/i, "Customer no"],
    [/^name/i, "Full name"],
    [/e-?mail/i, "E-mail"],
    [/phone/i, "Mobile"],
  ]) {
    await page.getByLabel(field).first().selectOption({ label: column });
  }
  await page.getByRole("button", { name: /bring .* in|start|import/i }).click();

  await page.getByText(/2 (rows? )?(were )?rejected|2 rejected|2 rejects/i).first().waitFor();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: /rejects/i }).first().click(),
  ]);
  const rejects = await readFile(await download.path(), "utf8");
  assert.match(rejects, /Somebody Nameless/);
  assert.match(rejects, /and;more|and,more/);

  await page.goto("/customers?q=whitfield");
  await page.getByRole("main").getByRole("link", { name: "Rosa Whitfield" }).first().waitFor();
});
