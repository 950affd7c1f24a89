// A journey is a test whose name is a sentence and whose page ends without any fault. All journeys
// of a run share one world for each engine.
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { World, results } from "./world.mjs";

const JOURNEY_LIMIT_MS = 180_000;
const WORLD_LIMIT_MS = 420_000;

const shared = new Map();

test.after(async () => {
  for (const world of shared.values()) (await world.catch(() => undefined))?.close();
});

/** `options` are those of `World.page`, and the `engine`, "sqlite" if none is given. */
export function journey(sentence, { engine = "sqlite", ...options }, steps) {
  const limits = { timeout: JOURNEY_LIMIT_MS + (engine === "sqlite" ? 0 : WORLD_LIMIT_MS) };
  const lacks = engine === "postgresql" && !process.env.HANDFAST_TEST_POSTGRES;
  const skip = lacks && "no PostgreSQL: run it by bin/with-postgres";
  test(sentence, { ...limits, skip }, async () => {
    if (!shared.has(engine)) shared.set(engine, World.open(engine));
    const world = await shared.get(engine);
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
