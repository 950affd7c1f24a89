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
  await page.getByText("Pedal & Post corrects it.").waitFor();
  await page.getByText("Read-back differs").waitFor();
  await page.locator("#rows a.row-title", { hasText: "Motor cuts out" }).click();
  await page.getByRole("heading", { name: "Chain of custody" }).waitFor();
  await page.getByText("7 of 9 complete").waitFor();
  await page.getByText("Harbour Wheelworks is accountable.").waitFor();
  await sound(page);

  const receipts = page.locator("#receipts tbody tr");
  assert.equal(await receipts.count(), await receipts.getByText("Valid").count());
  await receipts.first().getByRole("button", { name: /^Verify/ }).click();
  await page.getByRole("heading", { name: "The receipt is genuine" }).first().waitFor();
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: "Chase", exact: true }).click();
  await page.getByText("They were reminded.").waitFor();
  await page.getByRole("link", { name: "Maya Okafor" }).click();
  await page.getByRole("heading", { name: "Hand-offs and changes" }).waitFor();
  await page.getByRole("link", { name: "Hand something off" }).click();
  await page.getByRole("heading", { name: "What do you hand off?" }).waitFor();
  await sound(page);
  await page.getByLabel("Or something to be done, in words").fill("Ring her about the loan bike");
  await page.getByRole("button", { name: "Go on" }).click();
  await page.getByLabel("To whom").waitFor();
  await sound(page);
});

journey("a partner sees what waits for it, and how it answers", {}, async (page, world) => {
  await world.signIn(page, "Grace Lin");
  const menu = page.getByRole("navigation", { name: "Main" });
  const waits = menu.getByRole("link", { name: /Hand-offs/ });
  assert.match(await waits.textContent(), /Hand-offs\d+ wait for you/);
  await waits.click();
  await page.getByText("You correct it.").waitFor();
  await sound(page);
  await page.getByRole("link", { name: "Change of the address" }).click();
  await page.getByRole("heading", { name: "If nobody answers" }).waitFor();
  await page.getByRole("heading", { name: "What Maya was told" }).waitFor();
  await sound(page);
  await page.getByRole("link", { name: "Read back what your system shows" }).click();
  await page.getByText("Open your system and type what it shows").waitFor();
  assert.equal(await page.getByText("Cooper’s Wharf").count(), 0);
  await sound(page);
  await page.goto("/");
  await page.getByRole("link", { name: "Our figures" }).first().click();
  await page.getByRole("heading", { name: "How you answer" }).waitFor();
  await page.getByText("Not enough yet").first().waitFor();
  await page.getByRole("link", { name: /1 of \d+.*Changes written down wrong/ }).click();
  await page.getByText("Wrong once").waitFor();
  await sound(page);
});

journey("a partner's page says how it answers and where letters go", {}, async (page, world) => {
  page.expected.push(422);
  await world.signIn(page, "brand admin");
  await page.goto("/partners");
  await page.getByRole("link", { name: /Harbour Wheelworks/ }).first().click();
  await page.getByRole("heading", { name: "How they answer" }).waitFor();
  await page.getByLabel("Another address").fill("workshop");
  await page.locator("#contact").getByRole("button", { name: "Save" }).click();
  await page.getByText("The address was not saved").waitFor();
  await sound(page);
  await page.getByLabel("Another address").fill("workshop@harbour.example");
  await page.locator("#contact").getByRole("button", { name: "Save" }).click();
  await page.getByText("Letters go there from now on.").waitFor();
  await sound(page);
  await page.getByRole("link", { name: /1 of 1.*Offers accepted in time/ }).click();
  await page.getByText("Accepted after 52 min").waitFor();
  await sound(page);
});
