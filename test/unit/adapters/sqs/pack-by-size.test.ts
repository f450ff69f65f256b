import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { packBySize } from "#adapters/sqs/pack-by-size.ts";

const mostBytes = 256 * 1024;
const sizeOf = (batch: readonly number[]): number => batch.reduce((sum, size) => sum + size, 0);
const pack = (sizes: readonly number[]): number[][] => packBySize(sizes, (size) => size);

describe("batches for SQS", () => {
  test("contain every message once, in order, at most ten and 256 KiB", () => {
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: mostBytes + 1000 })),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(sizes, (given) => {
        const batches = pack(given);
        expect(batches.flat()).toEqual(given);
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(10);
          if (batch.length > 1) expect(sizeOf(batch)).toBeLessThanOrEqual(mostBytes);
        }
      }),
    );
  });

  test("are as few as possible: each is full if another follows", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: mostBytes }), { maxLength: 60 }), (given) => {
        const batches = pack(given);
        batches.slice(1).forEach((next, index) => {
          const before = batches[index] ?? [];
          const fits = before.length < 10 && sizeOf(before) + (next[0] ?? 0) <= mostBytes;
          expect(fits).toBe(false);
        });
      }),
    );
  });

  test.each([
    [[], []],
    [[mostBytes], [[mostBytes]]],
    [
      [mostBytes - 1, 1, 1],
      [[mostBytes - 1, 1], [1]],
    ],
    [
      [1, mostBytes + 1, 1],
      [[1], [mostBytes + 1], [1]],
    ],
  ])("of %j are %j", (sizes, batches) => {
    expect(pack(sizes)).toEqual(batches);
  });
});
