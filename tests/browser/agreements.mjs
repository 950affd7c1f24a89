import assert from "node:assert/strict";
import { journey } from "./journey.mjs";
import { axe } from "./world.mjs";

/** The pages that the steps come to, looked at by axe and by their width. */
async function sound(page) {
  assert.deepEqual(await axe(page), [], page.url());
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${page.url()} is ${wide} px wider than the screen`);
}

/** Opens the page of the partner without an agreement. */
async function openNorthgate(page) {
  await page.goto("/partners");
  await page.getByRole("main").getByRole("link", { name: /Northgate/ }).first().click();
  await page.getByText(/nothing of others is shown to Northgate/).waitFor();
}

journey("an agreement is written from what is usual, looked at and signed", {},
  async (page, world) => {
    const partner = await world.page();
    await world.signIn(partner, "partner staff");
    await partner.getByRole("navigation", { name: "Main" })
      .getByRole("link", { name: "Our figures" }).click();
    await partner.getByRole("heading", { name: "Who sees what" }).waitFor();
    const path = new URL(partner.url()).pathname;

    await world.signIn(page, "brand admin");
    await page.goto(`${path}/agreement/new`);
    await page.getByLabel("Start from").selectOption({ label: "What is usual for a workshop" });
    await page.getByRole("button", { name: "Fill in the form" }).click();
    await page.locator("input[value='Answers within 2 working hours']").waitFor();
    for (const tie of ["Their own customer", "Has a case of"]) {
      await page.getByRole("combobox", { name: `Prices ${tie}` }).selectOption({ label: "All" });
    }
    await page.getByRole("button", { name: "Add an occasion" }).click();
    // The new occasion has the focus.
    await page.locator("[id$=-when][value='']:focus").waitFor();
    await page.keyboard.type("A price is asked for");
    await sound(page);
    await page.getByRole("button", { name: "See what would change" }).last().click();

    const told = /Prices become visible for [\d,]+ customers?, to \d+ (person|people) of/;
    const more = page.getByRole("listitem").filter({ hasText: told });
    await more.waitFor();
    const [, customers] = /for ([\d,]+) customer/.exec(await more.textContent());
    assert.ok(Number(customers.replaceAll(",", "")) > 0, "it says of how many");
    await sound(page);
    await page.getByRole("button", { name: "Sign and put in force" }).click();
    await page.getByText("The agreement is in force from now on.").waitFor();
    await sound(page);

    await partner.reload();
    await partner.getByText("A price is asked for").waitFor();
    const prices = partner.locator(".matrix tr").filter({ hasText: "Prices" });
    assert.match(await prices.textContent(), /Sees/);
    await sound(partner);
    await partner.getByRole("link", { name: "Read the whole agreement" }).click();
    await partner.getByRole("heading", { name: /What changed since agreement/ }).waitFor();
    assert.deepEqual(partner.faults, []);
    await partner.context().close();
  });

const phone = { width: 390, script: false };

journey("on a phone without scripts one tie is written at a time", phone, async (page, world) => {
  await world.signIn(page, "brand admin");
  await openNorthgate(page);
  await page.getByRole("link", { name: "Write the agreement" }).click();
  const sold = page.getByRole("combobox", { name: "Addresses Sold to" });
  const guest = page.getByRole("combobox", { name: "Addresses As guest" });
  await page.locator("#at-sold").check({ force: true });
  await sold.selectOption({ label: "All" });
  assert.equal(await guest.isVisible(), false);
  await page.locator("#at-guest").check({ force: true });
  await guest.selectOption({ label: "Number" });
  assert.equal(await sold.isVisible(), false);
  await page.locator("td[data-tie=guest]").filter({ has: guest }).locator("summary").click();
  await page.getByRole("button", { name: "Or else… Addresses, As guest" }).click();
  await page.getByLabel("Addresses, As guest, line 2", { exact: true }).waitFor();
  assert.equal(await page.locator("#g-sold-address").inputValue(), "full", "nothing is lost");
  await page.getByRole("button", { name: "See what would change" }).last().click();
  await page.getByRole("button", { name: "Change something" }).click();
  assert.equal(await page.locator("#g-guest-address").inputValue(), "count");
});

journey("the matrix of a partner is read on a phone", { width: 390 }, async (page, world) => {
  await world.signIn(page, "brand admin");
  await page.goto("/partners");
  await page.getByRole("main").getByRole("link", { name: "Torque Workshop" }).first().click();
  await page.getByRole("region", { name: "Table: who sees what" }).scrollIntoViewIfNeeded();
  await page.getByRole("columnheader", { name: "A competitor" }).waitFor();
  await sound(page);
  await page.getByRole("link", { name: "Read the whole agreement" }).click();
  await page.getByRole("link", { name: "Agreement 1", exact: true }).click();
  await page.getByText("Agreement 2 took its place").waitFor();
  await sound(page);
});
