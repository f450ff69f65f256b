import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeTokenBucket } from "../../../../local/aws/api-gateway/token-bucket.ts";

const rates = fc.integer({ min: 1, max: 1_000 });
const bursts = fc.integer({ min: 0, max: 50 });
const pauses = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 200 })), { maxLength: 200 });

/** The times, in milliseconds, at which requests passed that arrive after each of the pauses. */
const passTimes = (ratePerSecond: number, burst: number, waits: readonly number[]): number[] => {
  let time = 0;
  const takeToken = makeTokenBucket({ ratePerSecond, burst, now: () => time });
  return waits.flatMap((wait) => {
    time += wait;
    return takeToken() ? [time] : [];
  });
};

describe("a token bucket", () => {
  test("lets its burst pass at once, and then as many as the rate allows", () => {
    const atOnce = Array<number>(15).fill(0);
    expect(passTimes(10, 10, atOnce)).toHaveLength(10);
    expect(passTimes(10, 10, [...atOnce, 99, 1, 0, 200, 0, 0])).toEqual([
      ...Array<number>(10).fill(0),
      100,
      300,
      300,
    ]);
  });

  test("holds no more than its burst, however long it was idle", () => {
    expect(passTimes(10, 2, [3_600_000, 0, 0, 0])).toHaveLength(2);
  });

  test("of size zero lets nothing pass", () => {
    expect(passTimes(10, 0, [0, 1_000, 1_000])).toEqual([]);
  });

  test("never lets more pass in any period than its burst and what the rate allows meanwhile", () => {
    fc.assert(
      fc.property(rates, bursts, pauses, (rate, burst, waits) => {
        const times = passTimes(rate, burst, waits);
        times.forEach((from, first) => {
          times.slice(first).forEach((to, more) => {
            expect(more + 1).toBeLessThanOrEqual(burst + (rate * (to - from)) / 1_000 + 1e-6);
          });
        });
      }),
    );
  });

  test("never rejects a caller that keeps to the rate", () => {
    const pace = rates.chain((rate) =>
      fc.record({
        rate: fc.constant(rate),
        waits: fc.array(fc.integer({ min: Math.ceil(1_000 / rate), max: 2_000 }), { maxLength: 200 }),
      }),
    );
    fc.assert(
      fc.property(pace, ({ rate, waits }) => {
        expect(passTimes(rate, 1, waits)).toHaveLength(waits.length);
      }),
    );
  });
});
