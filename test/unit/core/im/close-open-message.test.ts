import { describe, expect, test } from "@jest/globals";
import { makeCloseOpenMessage } from "#core/im/close-open-message.ts";
import { type CompleteReason, completeReason } from "#core/im/im-messages.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { route, setUpStrictIm, throttled } from "./strict-im.ts";

const setUp = (...faults: (BridgeError | undefined)[]) => {
  const strict = setUpStrictIm((call) => faults[call - 1]);
  const { im, clock, plant } = strict;
  plant("m1", { text: "half", seq: 9 });
  const close = (seq: number, reason: CompleteReason = completeReason.brokenOff) =>
    makeCloseOpenMessage({ im, clock })(route, { messageUID: "m1", seq }, reason);
  return { ...strict, close };
};

describe("a message that a dead worker left open", () => {
  test("is closed as broken off, even if more of it was sent than was recorded", async () => {
    for (const noted of [9, 8, 1]) {
      const { close, streams } = setUp();
      await close(noted);
      expect(streams()).toEqual([{ text: "half", completeReason: 1 }]);
    }
  });

  test("is closed as stopped if its question was taken back", async () => {
    const { close, streams } = setUp();
    await close(9, completeReason.stopped);
    expect(streams()).toEqual([{ text: "half", completeReason: 2 }]);
  });

  test("counts as closed if the IM has ended it by itself", async () => {
    const { close, clock } = setUp();
    await clock.advance(31_000);
    await expect(close(9)).resolves.toBeUndefined();
  });

  test("is closed by an IM that throttles at first", async () => {
    const { close, clock, streams } = setUp(throttled(1_000));
    const closing = close(9);
    await clock.advance(2_000);
    await closing;
    expect(streams()).toEqual([{ text: "half", completeReason: 1 }]);
  });

  test("is given up after a number of sequence numbers, and that is logged", async () => {
    const { close, plant, callTimes } = setUp();
    plant("m1", { text: "half", seq: 500 });
    await expect(close(1)).rejects.toThrow(BridgeError);
    expect(callTimes).toHaveLength(25);
  });
});
