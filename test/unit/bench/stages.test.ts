import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { stagesOf } from "../../../bench/calls/stages.ts";

const call = (startedAt: number, endedAt: number) => ({ startedAt, endedAt });

test("calls at the same time are one stage, and each that waits for another is one more", () => {
  expect(stagesOf([])).toBe(0);
  expect(stagesOf([call(0, 60), call(2, 70), call(5, 66)])).toBe(1);
  expect(stagesOf([call(0, 60), call(2, 200), call(61, 130), call(131, 190)])).toBe(3);
});

test("no chain is longer, in whatever order the calls are recorded", () => {
  const anyCall = fc.tuple(fc.nat(20), fc.integer({ min: 1, max: 8 })).map(([at, ms]) => call(at, at + ms));
  const maxChainAfter = (calls: readonly ReturnType<typeof call>[], time: number): number =>
    Math.max(
      0,
      ...calls
        .filter(({ startedAt }) => startedAt >= time)
        .map(({ endedAt }) => 1 + maxChainAfter(calls, endedAt)),
    );
  fc.assert(
    fc.property(fc.array(anyCall, { maxLength: 7 }), (calls) => {
      expect(stagesOf(calls)).toBe(maxChainAfter(calls, 0));
      expect(stagesOf(calls.toReversed())).toBe(stagesOf(calls));
    }),
  );
});
