import { describe, expect, test } from "@jest/globals";
import { makeTypingHint } from "../../../functions/core/typing-hint.ts";
import { failedWith } from "../../support/endings.ts";
import { makeRecordingSink } from "../../support/recording-sink.ts";
import { makeTestClock } from "../../support/test-clock.ts";
import { route } from "./strict-im.ts";

const setUp = ({ fails = false } = {}) => {
  const clock = makeTestClock();
  const start = clock.now();
  const hints: number[] = [];
  const hold = { ours: true };
  const im = {
    sendTyping: async () => {
      hints.push(clock.now() - start);
      if (fails) throw new Error("429");
    },
  };
  const inner = makeRecordingSink();
  const sink = makeTypingHint({ im, clock })(inner, route, { isOurs: () => hold.ours });
  return { clock, hints, hold, inner, sink };
};

describe("that the bot is typing", () => {
  test("is shown while Dify thinks, as often as clients forget it, and no longer than until the first text", async () => {
    const { clock, hints, sink, inner } = setUp();
    sink.begin();
    await clock.advance(12_000);
    sink.delta("Hello.");
    await clock.advance(60_000);
    expect(hints).toEqual([500, 6_000, 11_500]);
    expect(inner.text()).toBe("Hello.");
  });

  test("is not shown of an answer that comes at once", async () => {
    const { clock, hints, sink } = setUp();
    sink.begin();
    await clock.advance(400);
    sink.delta("Hello.");
    await clock.advance(10_000);
    expect(hints).toEqual([]);
  });

  test("is not shown after an answer has ended without a text, or been replaced", async () => {
    for (const stop of ["end", "replace"] as const) {
      const { clock, hints, sink } = setUp();
      sink.begin();
      if (stop === "end") await sink.end({ status: "stopped" });
      else sink.replace("x");
      await clock.advance(10_000);
      expect(hints).toEqual([]);
    }
  });

  test("is not shown by a worker that has lost the turn", async () => {
    const { clock, hints, hold, sink } = setUp();
    sink.begin();
    hold.ours = false;
    await clock.advance(10_000);
    expect(hints).toEqual([]);
  });

  test("disturbs nothing where the IM does not take it", async () => {
    const { clock, hints, sink, inner } = setUp({ fails: true });
    sink.begin();
    await clock.advance(7_000);
    await sink.end(failedWith("Sorry."));
    expect(hints).toHaveLength(2);
    expect(inner.text()).toBe("Sorry.");
  });
});
