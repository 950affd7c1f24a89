// A journey is a test whose name is a sentence and whose page ends without any fault. All journeys
// of a run share one world.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { World, results } from "./world.mjs";

const JOURNEY_LIMIT_MS = 180_000;

let shared;

test.after(async () => (await shared?.catch(() => undefined))?.close());

/** `options` are those of `World.page`. */
export function journey(sentence, options, steps) {
  test(sentence, { timeout: JOURNEY_LIMIT_MS }, async () => {
    shared ??= World.open();
    const world = await shared;
    const page = await world.page(options);
    try {
      await steps(page, world);
      assert.deepEqual(page.faults, []);
    } catch (error) {
      const name = sentence.replace(/\W+/g, "-").slice(0, 60);
      await page.screenshot({ path: join(results, `failed-${name}.png`) }).catch(() => undefined);
      error.message += `\n  at ${page.url()}`;
      throw error;
    } finally {
      await page.context().close();
    }
  });
}
