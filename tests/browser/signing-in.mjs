import assert from "node:assert/strict";
import { journey } from "./journey.mjs";

journey("a link from the demo signs one in, and signing out ends it", {}, async (page, world) => {
  await world.signIn(page, "brand admin");
  await page.goto("/customers");
  assert.equal(await page.getByRole("heading", { level: 1 }).textContent(), "Customers");

  await page.getByRole("button", { name: "Account" }).click();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();

  await page.goto("/customers");
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  assert.ok(!(await page.content()).includes("Maya Okafor"));
});

journey("a wrong password is answered without saying who exists", {}, async (page) => {
  page.expected.push(401, 422);
  await page.goto("/sign-in");
  const answers = [];
  for (const email of ["nobody@example.com", "priya.nair@example.com"]) {
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill("certainly not this one");
    await page.getByRole("button", { name: "Sign in" }).click();
    const summary = page.locator(".error-summary");
    await summary.waitFor();
    answers.push((await summary.textContent()).trim());
    assert.equal(await page.getByLabel("Password").inputValue(), "");
  }
  assert.equal(answers[0], answers[1]);
});

journey("whoever is invited chooses a password and is in", {}, async (page, world) => {
  await world.signIn(page, "brand admin");
  await page.goto("/people");
  await page.getByLabel("Name").fill("Ana Moreira");
  await page.getByLabel("Email").fill("ana.moreira@example.com");
  await page.getByRole("button", { name: "Make the invitation" }).click();
  const link = await page.getByLabel("Invitation link").inputValue();

  const invited = await world.page();
  await invited.goto(link);
  await invited.getByLabel("Choose a password").fill("blue bicycle bell");
  await invited.getByRole("button", { name: "Accept the invitation" }).click();
  await invited.getByRole("heading", { level: 1, name: "Customers" }).waitFor();
  assert.deepEqual(invited.faults, []);
  await invited.context().close();

  await page.goto("/people");
  await page.getByText("Ana Moreira").first().waitFor();
});
