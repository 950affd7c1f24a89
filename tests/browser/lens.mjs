// What a partner sees of a customer, why, and what the brand sees of that.
import assert from "node:assert/strict";
import { journey } from "./journey.mjs";
import { openMaya } from "./looking-up.mjs";
import { axe } from "./world.mjs";

for (const [width, theme] of [[390, "dark"], [1280, "light"]]) {
  const where = `at ${width} in ${theme}`;

  journey(`a partner reads what is hidden ${where}`, { width, theme }, async (page, world) => {
    await world.signIn(page, "partner admin");
    await openMaya(page);
    const lens = page.locator(".lens");
    await lens.getByText(/^You see \d+ of \d+ entries/).waitFor();
    await lens.getByText(/Names of organisations you may compete with/).waitFor();
    assert.deepEqual(await axe(page), []);
    await noWider(page);

    await lens.getByRole("button", { name: "Request access" }).click();
    const dialog = page.getByRole("dialog", { name: "Request access" });
    await dialog.getByLabel("Prices", { exact: true }).waitFor();
    assert.deepEqual(await axe(page), []);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });

    await page.getByRole("link", { name: "What you see, and why" }).click();
    await page.getByRole("heading", { level: 1, name: /^What you see of Maya/ }).waitFor();
    assert.deepEqual(await axe(page), []);
    await noWider(page);
  });

  journey(`the brand sees as a partner does ${where}`, { width, theme }, async (page, world) => {
    await world.signIn(page, "brand staff");
    await openMaya(page);
    await page.locator(".timeline .who-sees").first().click();
    const dialog = page.getByRole("dialog", { name: /^Who can see this entry/ });
    await dialog.getByText("Spoke & Chain").first().waitFor();
    assert.deepEqual(await axe(page), []);
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "hidden" });

    await page.getByLabel("View as a partner").selectOption({ label: "Spoke & Chain" });
    await page.getByRole("button", { name: "View", exact: true }).click();
    await page.getByText("You see Maya as Spoke & Chain does.").waitFor();
    assert.equal(await page.locator("#compose").count(), 0, "nothing can be written");
    assert.deepEqual(await axe(page), []);
    await noWider(page);
    await page.getByRole("link", { name: /^Back to/ }).click();
    await page.getByRole("link", { name: "Who sees what, and why" }).click();
    await page.getByRole("heading", { level: 1, name: /^Who sees what of Maya/ }).waitFor();
    assert.deepEqual(await axe(page), []);
    await noWider(page);
  });
}

journey("a request is sent without scripts", { script: false }, async (page, world) => {
  await world.signIn(page, "partner admin");
  await openMaya(page);
  await page.locator(".lens").getByRole("button", { name: "Request access" }).click();
  const dialog = page.getByRole("dialog", { name: "Request access" });
  await dialog.getByLabel("Prices", { exact: true }).check();
  await dialog.getByLabel("What for?").fill("She asks for a part exchange.");
  await dialog.getByRole("button", { name: "Send request" }).click();
  await openMaya(page);
  await page.getByText(/^You asked today to see prices/).waitFor();
});

async function noWider(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${page.url()} is ${wide} px wider than the screen`);
}
