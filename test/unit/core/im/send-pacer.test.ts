import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeSendPacer } from "#core/im/send-pacer.ts";
import { makeChunkInterval } from "#core/im/shared-rate.ts";

describe("the interval between the calls for one message", () => {
  test("doubles with each refused call up to 3.2 s, and halves after five accepted ones", () => {
    const pacer = makeSendPacer(() => 200);
    const intervals = Array.from({ length: 5 }, () => {
      pacer.slowDown();
      return pacer.intervalMs;
    });
    expect(intervals).toEqual([400, 800, 1_600, 3_200, 3_200]);
    for (let call = 0; call < 5; call += 1) pacer.onAccepted();
    expect(pacer.intervalMs).toBe(1_600);
  });

  test("is the app's share at least, and never so long that the IM ends the message, whatever comes in which order", () => {
    const share = makeChunkInterval(100);
    const step = fc.oneof(fc.constantFrom("refused", "accepted"), fc.integer({ min: 1, max: 1_000 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let answers = 1;
        const pacer = makeSendPacer(() => share(answers));
        for (const each of steps) {
          if (each === "refused") pacer.slowDown();
          else if (each === "accepted") pacer.onAccepted();
          else answers = Number(each);
          expect(pacer.intervalMs).toBeGreaterThanOrEqual(share(answers));
          expect(pacer.intervalMs).toBeLessThanOrEqual(15_000);
        }
      }),
    );
  });
});
