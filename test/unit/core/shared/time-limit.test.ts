import { expect, test } from "@jest/globals";
import { startTimeLimit } from "#core/shared/time-limit.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

test("ends a call when its time has expired, not before", async () => {
  const clock = makeTestClock();
  const limit = startTimeLimit(clock, 10_000);
  await clock.advance(9_999);
  expect([limit.isExpired, limit.signal.aborted]).toEqual([false, false]);
  await clock.advance(1);
  expect([limit.isExpired, limit.signal.aborted]).toEqual([true, true]);
});

test("has not expired after a call that has ended in time", async () => {
  const clock = makeTestClock();
  const limit = startTimeLimit(clock, 10_000);
  limit.end();
  await clock.advance(10_000);
  expect([limit.isExpired, limit.signal.aborted]).toEqual([false, true]);
});

test("ends a call by the outer signal too, which is not a timeout", async () => {
  const outer = new AbortController();
  const limit = startTimeLimit(makeTestClock(), 10_000, outer.signal);
  outer.abort();
  expect([limit.isExpired, limit.signal.aborted]).toEqual([false, true]);
});
