// From two records to one person, and back: the queue, a pair, the customer, why, and apart again.
import assert from "node:assert/strict";
import { journey } from "./journey.mjs";
import { axe } from "./world.mjs";

/** The page that the steps come to, looked at by axe and by its width. */
async function sound(page) {
  assert.deepEqual(await axe(page), [], page.url());
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${page.url()} is ${wide} px wider than the screen`);
}

/** The records that stand on the page of why they are one. */
async function references(page) {
  const codes = page.locator("section[aria-labelledby='records-h'] code");
  return (await codes.allTextContents()).sort();
}

journey("two records become one person and two again", {}, async (page, world) => {
  await world.signIn(page, "brand admin");
  await page.getByRole("navigation", { name: "Main" })
    .getByRole("link", { name: "Matching" }).click();
  const robert = page.getByRole("link", { name: /Ashdown/ }).first();
  await robert.waitFor();
  await sound(page);
  await robert.click();
  await page.getByRole("heading", { level: 1, name: "Is this one person?" }).waitFor();
  for (const part of ["Side by side", "What speaks for it and against it", "If you join them"]) {
    await page.getByRole("heading", { name: part }).waitFor();
  }
  assert.ok(await page.locator(".sides mark").count() > 0, "what differs is marked");
  await sound(page);
  const before = await page.getByRole("link", { name: "Open the first" }).getAttribute("href");

  await page.getByLabel("How do you know?").fill("Asked him at the counter.");
  await page.getByRole("button", { name: "Same person" }).click();
  await page.getByText("They are one person now.").waitFor();
  await page.goto(before);
  await page.getByText("2 records, one person").waitFor();
  await page.getByRole("link", { name: "Why these are one person" }).click();
  await page.getByRole("heading", { level: 1, name: /^Why these are one/ }).waitFor();
  assert.deepEqual(await references(page), ["KL-0915", "KL-1043"]);
  await page.getByText("Asked him at the counter.").first().waitFor();
  await sound(page);

  // A partner that knows one of them goes on seeing its own record, and no word of the other.
  const partner = await world.page();
  await world.signIn(partner, "partner admin");
  partner.expected.push(403, 404);
  const asked = await partner.goto(new URL(page.url()).pathname);
  assert.equal(asked.status(), 404);
  assert.equal((await partner.goto("/matching")).status(), 403);
  await partner.goto("/customers?q=ashdown");
  assert.equal(await partner.getByRole("main").getByText("KL-0915").count(), 0);
  await partner.context().close();

  await page.getByRole("link", { name: /^This is not the same person/ }).click();
  await page.getByRole("heading", { name: "What would happen" }).waitFor();
  await sound(page);
  await page.getByLabel("How do you know?").fill("It is his father.");
  await page.getByRole("button", { name: "Take them apart" }).click();
  await page.getByText("They are two again, as they were before.").waitFor();
  await page.goto(`${before}/matches`);
  assert.equal((await references(page)).length, 1);
});

journey("whoever knows joins two by hand", { width: 390 }, async (page, world) => {
  await world.signIn(page, "brand staff");
  await page.goto("/customers?q=sinead");
  await page.getByRole("main").getByRole("link", { name: /Gallagher/ }).first().click();
  await page.getByRole("link", { name: "The same person as…" }).click();
  await page.getByLabel("Find the other record").pressSequentially("demir");
  await page.getByRole("main").getByRole("link", { name: /Demir/ }).click();
  await page.getByRole("heading", { name: "If you join them" }).waitFor();
  await sound(page);
  await page.getByRole("link", { name: "Somebody else" }).click();
  await page.getByLabel("Find the other record").waitFor();
});

journey("the model says how it decides", { width: 390, theme: "dark" }, async (page, world) => {
  await world.signIn(page, "brand admin");
  await page.goto("/matching/model");
  await page.getByRole("heading", { name: "What each likeness weighs" }).waitFor();
  await page.getByRole("heading", { name: "Values that say nothing" }).waitFor();
  await sound(page);
});

journey("a partner answers for its own duplicates without scripts", { script: false },
  async (page, world) => {
    await world.signIn(page, "partner admin");
    await page.goto("/duplicates");
    await page.getByRole("heading", { name: /Wi.niewska/ }).waitFor();
    await page.getByRole("button", { name: /^Same person.*Wi/ }).click();
    await page.getByText("Kept. The brand reads it").waitFor();
    assert.equal(await page.getByRole("heading", { name: /Wi.niewska/ }).count(), 0);
  });
