import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { stepNames, stepsOf, waitsOf } from "../../../console/src/steps/steps.ts";

const answered = {
  acceptedAt: 1_000,
  askedAt: 1_200,
  firstTextAt: 2_000,
  firstSentAt: 2_020,
  lastTextAt: 2_900,
  deliveredAt: 2_950,
  endedAt: 3_000,
};

describe("the timeline of a turn", () => {
  test("has the steps by time, with the gaps to scale", () => {
    const steps = stepsOf(answered);
    expect(steps.map(({ name }) => name)).toEqual([...stepNames]);
    expect(steps[2]).toEqual({
      name: "firstTextAt",
      at: 2_000,
      afterMs: 1_000,
      gapMs: 800,
      from: 0.1,
      length: 0.4,
      isModel: true,
    });
  });

  test("says which gaps are the model's", () => {
    const isModel = Object.fromEntries(stepsOf(answered).map((step) => [step.name, step.isModel]));
    expect(isModel).toMatchObject({ askedAt: false, lastTextAt: true, deliveredAt: false, endedAt: false });
  });

  test("counts the wait for a model that failed as the model's", () => {
    const steps = stepsOf({ acceptedAt: 0, askedAt: 100, firstSentAt: 900, deliveredAt: 900, endedAt: 950 });
    expect(steps.find(({ name }) => name === "firstSentAt")?.isModel).toBe(true);
  });

  test("of a webhook or a limited turn has only the steps that it had", () => {
    const webhook = stepsOf({ acceptedAt: 0, askedAt: 10, deliveredAt: 40, endedAt: 40 });
    expect(webhook.map(({ name, gapMs }) => [name, gapMs])).toEqual([
      ["acceptedAt", 0],
      ["askedAt", 10],
      ["deliveredAt", 30],
      ["endedAt", 0],
    ]);
    expect(stepsOf({ acceptedAt: 5 })).toEqual([
      { name: "acceptedAt", at: 5, afterMs: 0, gapMs: 0, from: 0, length: 0, isModel: false },
    ]);
  });

  test("fills its width and no more, whatever the clocks of machines say", () => {
    const time = fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined });
    const times = fc.record({
      acceptedAt: fc.integer({ min: 0, max: 10_000 }),
      askedAt: time,
      firstTextAt: time,
      firstSentAt: time,
      lastTextAt: time,
      deliveredAt: time,
      endedAt: time,
    });
    fc.assert(
      fc.property(times, (turn) => {
        const steps = stepsOf(turn);
        for (const { from, length, gapMs } of steps) {
          expect(gapMs).toBeGreaterThanOrEqual(0);
          expect(from + length).toBeLessThanOrEqual(1 + 1e-9);
        }
        expect(steps.reduce((sum, { gapMs }) => sum + gapMs, 0)).toBe(steps.at(-1)?.afterMs);
      }),
    );
  });
});

test("the user's waits are counted from the message to the first text and to the end", () => {
  expect(waitsOf(answered)).toEqual({ firstTextMs: 1_020, totalMs: 2_000 });
  expect(waitsOf({ acceptedAt: 0 })).toEqual({ firstTextMs: undefined, totalMs: undefined });
});
