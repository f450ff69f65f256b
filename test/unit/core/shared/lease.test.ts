import { expect, test } from "@jest/globals";
import { type ExtendableLease, keepLease } from "#core/shared/lease.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

/** A lease of 25 s with a heartbeat every 8 s, which is kept until `stop`. */
const keep = (renew: (expiresAt: number) => Promise<boolean>) => {
  const clock = makeTestClock();
  const startedAt = clock.now();
  let setBackMs = 0;
  const shown = { ...clock, now: () => clock.now() - setBackMs };
  const stopped = Promise.withResolvers<void>();
  const given = Promise.withResolvers<ExtendableLease>();
  const kept = keepLease(
    { clock: shown, expiresAt: startedAt + 25_000, renew, onError: () => {} },
    async (lease) => {
      given.resolve(lease);
      await stopped.promise;
    },
  );
  return {
    clock,
    lease: given.promise,
    at: (seconds: number) => startedAt + seconds * 1_000,
    setBack: (ms: number) => {
      setBackMs = ms;
    },
    stop: async () => {
      stopped.resolve();
      await kept;
    },
  };
};

test("a lease is renewed a heartbeat after it was last extended", async () => {
  const renewals: number[] = [];
  const { clock, lease, at, stop } = keep(async (expiresAt) => {
    renewals.push(expiresAt);
    return true;
  });
  const { extendedTo, isHeld } = await lease;
  await clock.advance(7_000);
  extendedTo(at(7 + 25));
  await clock.advance(7_000);
  extendedTo(at(14 + 25));
  await clock.advance(7_000);
  expect(renewals).toEqual([]);
  await clock.advance(1_000);
  expect(renewals).toEqual([at(22 + 25)]);
  expect(isHeld()).toBe(true);
  await stop();
});

test("a lease whose holder finds another one is lost", async () => {
  const { lease, stop } = keep(async () => true);
  const { lose, isHeld, signal } = await lease;
  lose();
  expect([isHeld(), signal.aborted]).toEqual([false, true]);
  await stop();
});

test("a lease is renewed within a heartbeat although the clock was set back", async () => {
  let renewals = 0;
  const { clock, setBack, stop } = keep(async () => {
    renewals += 1;
    return true;
  });
  await clock.advance(1_000);
  setBack(3_600_000);
  await clock.advance(7_000);
  expect(renewals).toBe(1);
  await clock.advance(8_000);
  expect(renewals).toBe(2);
  await stop();
});

test.each([
  ["began before a renewal", 7],
  ["began during a renewal", 9],
])(
  "an extension that %s and ended after it does not count: the store may have either",
  async (_when, begun) => {
    let renewals = 0;
    const { clock, lease, at, stop } = keep(async () => {
      renewals += 1;
      if (renewals > 1) throw new Error("throttled");
      await clock.sleep(2_000);
      return true;
    });
    const { extendedTo, isHeld } = await lease;
    await clock.advance(11_000);
    extendedTo(at(begun + 25));
    // Held by the renewal that began after 8 s, less a margin of 2 s.
    await clock.advance(19_900);
    expect(isHeld()).toBe(true);
    await clock.advance(100);
    expect(isHeld()).toBe(false);
    await stop();
  },
);
