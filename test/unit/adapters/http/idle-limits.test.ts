import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeIdleLimits } from "#adapters/http/idle-limits.ts";

const origin = "https://dify.example";

const withClock = () => {
  let now = 0;
  const limits = makeIdleLimits({ now: () => now });
  return { limits, limit: () => limits.limitMs(origin), pass: (ms: number) => (now += ms) };
};

describe("how long a connection may be idle", () => {
  test("is 4 s for an origin that nothing is known of", () => {
    expect(withClock().limit()).toBe(4_000);
  });

  test.each([
    [0, 0],
    [1, 500],
    [2, 1_000],
    [5, 4_000],
    [15, 13_500],
    [60, 55_000],
    [65, 60_000],
    [3_600, 60_000],
    [Number.POSITIVE_INFINITY, 60_000],
  ])("is less than the timeout that the server announces: %p s, %p ms", (seconds, ms) => {
    const { limits, limit } = withClock();
    limits.announced(origin, seconds * 1000);
    expect(limit()).toBe(ms);
  });

  test("grows to what connections were seen to survive, up to a minute", () => {
    const { limits, limit } = withClock();
    limits.seenOpen(origin, 31_000);
    expect(limit()).toBe(30_000);
    limits.seenOpen(origin, 10_000);
    expect(limit()).toBe(30_000);
    limits.seenOpen(origin, 600_000);
    expect(limit()).toBe(60_000);
  });

  test("stays below what the server closed, and grows again ten minutes later at the earliest", () => {
    const { limits, limit, pass } = withClock();
    limits.seenOpen(origin, 31_000);
    limits.seenClosed(origin, 20_000);
    expect(limit()).toBe(18_000);
    limits.seenClosed(origin, 25_000);
    limits.seenOpen(origin, 31_000);
    limits.announced(origin, 65_000);
    expect(limit()).toBe(18_000);
    pass(599_999);
    expect(limit()).toBe(18_000);
    pass(1);
    expect(limit()).toBe(60_000);
  });

  test("does not grow by time alone", () => {
    const { limits, limit, pass } = withClock();
    limits.seenClosed(origin, 2_000);
    pass(600_000);
    expect(limit()).toBe(1_000);
  });

  test("ignores that a server closed a connection at once, which no idle timeout does", () => {
    const { limits, limit } = withClock();
    limits.seenClosed(origin, 999);
    expect(limit()).toBe(4_000);
  });

  test("is each origin's own, and forgotten when a thousand others were used since", () => {
    const { limits } = withClock();
    const nth = (n: number): string => `https://app-${n}.example`;
    for (let n = 0; n < 1_000; n += 1) limits.announced(nth(n), 10_000);
    limits.announced(nth(0), 10_000);
    limits.announced(nth(1_000), 10_000);
    expect([0, 1, 2, 1_000].map((n) => limits.limitMs(nth(n)))).toEqual([9_000, 4_000, 9_000, 9_000]);
  });

  test("is between 0 and a minute, and below the shortest idle time that ended in a close", () => {
    const ms = fc.integer({ min: 0, max: 400_000 });
    const event = fc.record({ kind: fc.constantFrom("announced", "seenOpen", "seenClosed"), ms, after: ms });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const { limits, limit, pass } = withClock();
        let now = 0;
        let shortest: { at: number; ms: number } | undefined;
        for (const { kind, ms: given, after } of events) {
          limits[kind](origin, given);
          if (shortest && now - shortest.at >= 600_000) shortest = undefined;
          if (kind === "seenClosed" && given >= 1_000 && given < (shortest?.ms ?? Number.POSITIVE_INFINITY))
            shortest = { at: now, ms: given };
          expect(limit()).toBeGreaterThanOrEqual(0);
          expect(limit()).toBeLessThanOrEqual(60_000);
          if (shortest) expect(limit()).toBeLessThan(shortest.ms);
          now += after;
          pass(after);
        }
      }),
    );
  });
});
