// Every page, as different people, on a phone and a desk, in light and dark.
import assert from "node:assert/strict";
import { journey } from "./journey.mjs";
import { THEMES, axe, pagesFrom } from "./world.mjs";

for (const width of [390, 1280]) {
  for (const theme of THEMES) {
    const sentence = `axe finds nothing serious at ${width} in ${theme}`;
    journey(sentence, { width, theme }, async (page, world) => {
      const findings = [];
      const look = async (path) => {
        await page.goto(path);
        findings.push(...(await axe(page)).map((finding) => `${path}\n  ${finding}`));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        if (wide > 0) findings.push(`${path}\n  is ${wide} px wider than the screen`);
      };
      page.expected.push(404);
      await look("/sign-in");
      await world.signIn(page, "brand admin");
      for (const path of await pagesFrom(page)) await look(path);
      await look("/customers?q=nobody-has-this-name");
      await look("/no-such-page");
      assert.deepEqual(findings, []);
    });
  }
}
