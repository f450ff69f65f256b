import { expect, test } from "@jest/globals";
import { systemClock } from "#adapters/node/system-clock.ts";

test("a sleep without an end lasts until it is aborted", async () => {
  const stop = new AbortController();
  let hasEnded = false;
  const sleep = systemClock.sleep(Number.POSITIVE_INFINITY, stop.signal).then(() => {
    hasEnded = true;
  });
  await systemClock.sleep(20);
  expect(hasEnded).toBe(false);
  stop.abort();
  await sleep;
});
