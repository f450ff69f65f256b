import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeChunkInterval } from "#core/im/shared-rate.ts";

describe("the interval between two chunks", () => {
  test("is the usual one while there is room for it", () => {
    const intervalMs = makeChunkInterval(100);
    expect([1, 10, 17].map(intervalMs)).toEqual([200, 200, 200]);
    expect([50, 110, 220].map(intervalMs)).toEqual([625, 1_618, 4_783]);
  });

  test("leaves room for first and last chunks, as far as the IM keeps a message open without a chunk", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 1, max: 5_000 }),
        (rate, answers) => {
          const ms = makeChunkInterval(rate)(answers);
          const inBetween = (1000 * answers) / ms;
          expect(ms).toBeGreaterThanOrEqual(200);
          expect(ms).toBeLessThanOrEqual(15_000);
          const room = Math.max(0.9 * rate - answers / 5, 0.1 * rate) * 1.0001;
          if (ms < 15_000) expect(inBetween).toBeLessThanOrEqual(room);
        },
      ),
    );
  });
});
