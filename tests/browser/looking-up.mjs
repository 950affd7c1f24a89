import assert from "node:assert/strict";
import { journey } from "./journey.mjs";

journey("the list of customers narrows while one types", {}, async (page, world) => {
  await world.signIn(page, "brand staff");
  await page.goto("/customers");
  await page.keyboard.press("/");
  await page.keyboard.type("oka");
  const found = page.getByRole("main").getByRole("link", { name: "Maya Okafor" });
  await found.first().waitFor();
  assert.match(page.url(), /q=oka/);
  const focused = await page.evaluate(() => document.activeElement.value);
  assert.equal(focused, "oka", "the focus stays in the search");

  await found.first().click();
  await page.getByRole("heading", { level: 1, name: "Maya Okafor" }).waitFor();
});

journey("a customer's page tells the whole story", {}, async (page, world) => {
  await world.signIn(page, "brand staff");
  await openMaya(page);
  for (const part of [/promises/i, /who maya is/i, /timeline|history/i, /add to maya.s record/i]) {
    await page.getByRole("heading", { name: part }).first().waitFor();
  }
  const timeline = page.locator(".timeline");
  const shown = await timeline.locator("> li:not(.group)").count();
  await page.getByRole("link", { name: /older entr/ }).click();
  await page.waitForFunction(
    (count) => document.querySelectorAll(".timeline > li:not(.group)").length > count,
    shown,
  );
  for (const partner of ["Spoke & Chain", "Torque Workshop"]) {
    await timeline.getByText(partner).first().waitFor();
  }
  const before = await timeline.locator("> li:not(.group)").count();
  await page.locator("label", { hasText: /^\s*Cases?/ }).first().click();
  await page.waitForFunction(
    (count) => document.querySelectorAll(".timeline > li:not(.group)").length < count,
    before,
  );
});

journey("a partner sees its own part and no trace of more", {}, async (page, world) => {
  const { name } = await world.signIn(page, "partner staff");
  await page.goto("/customers");
  await page.getByRole("main").getByRole("link").first().waitFor();
  page.expected.push(403, 404);
  const answer = await page.goto("/imports");
  assert.ok([200, 403, 404].includes(answer.status()), `${name} and the imports`);
});

export async function openMaya(page) {
  await page.goto("/customers?q=maya+okafor");
  await page.getByRole("main").getByRole("link", { name: "Maya Okafor" }).first().click();
  await page.getByRole("heading", { level: 1, name: "Maya Okafor" }).waitFor();
}
