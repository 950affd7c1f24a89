import assert from "node:assert/strict";
import { journey } from "./journey.mjs";
import { openMaya } from "./looking-up.mjs";

const FIRST_VISIT_BYTES_MAX = 60_000;

journey("the first visit to a customer weighs under 60 kB", {}, async (page, world) => {
  await world.signIn(page, "brand staff");
  await openMaya(page);

  const fresh = await world.page({ cookies: await page.context().cookies() });
  const requests = [];
  fresh.on("requestfinished", (request) => requests.push(request));
  await fresh.goto(page.url(), { waitUntil: "networkidle" });

  const weights = await Promise.all(requests.map(async (request) => {
    const { responseBodySize } = await request.sizes();
    return { path: new URL(request.url()).pathname, bytes: responseBodySize };
  }));
  await fresh.context().close();
  const foreign = requests.filter((request) => !request.url().startsWith(world.address));
  assert.deepEqual(foreign.map((request) => request.url()), [], "nothing comes from elsewhere");
  const total = weights.reduce((sum, { bytes }) => sum + bytes, 0);
  assert.ok(total <= FIRST_VISIT_BYTES_MAX, `${total} bytes: ${JSON.stringify(weights, null, 1)}`);
});
