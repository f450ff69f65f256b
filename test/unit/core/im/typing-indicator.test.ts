import { describe, expect, test } from "@jest/globals";
import { makeTypingIndicator } from "#core/im/typing-indicator.ts";
import { failedWith } from "../../../support/endings.ts";
import { makeRecordingSink } from "../../../support/recording-sink.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { route } from "./strict-im.ts";

const setUp = ({ fails = false, until = "first text" as "first text" | "end" } = {}) => {
  const clock = makeTestClock();
  const start = clock.now();
  const hints: number[] = [];
  const held = { ours: true };
  const im = {
    sendTyping: async () => {
      hints.push(clock.now() - start);
      if (fails) throw new Error("429");
    },
  };
  const inner = makeRecordingSink();
  const lease = { isHeld: () => held.ours, until };
  const { sink, observer } = makeTypingIndicator({ im, clock })(inner, route, lease);
  const begin = (): void => observer?.onModelCalled?.();
  return { clock, hints, held, inner, sink, begin };
};

describe("the typing status", () => {
  test("is shown while the model thinks, as often as clients forget it, and only until the first text", async () => {
    const { clock, hints, sink, inner, begin } = setUp();
    begin();
    await clock.advance(12_000);
    sink.delta("Hello.");
    await clock.advance(60_000);
    expect(hints).toEqual([0, 5_500, 11_000]);
    expect(inner.text()).toBe("Hello.");
  });

  test("is shown to the end if the answer is sent whole", async () => {
    const { clock, hints, sink, begin } = setUp({ until: "end" });
    begin();
    await clock.advance(1_000);
    sink.delta("Hello.");
    await clock.advance(11_000);
    await sink.end({ status: "complete" });
    await clock.advance(60_000);
    expect(hints).toEqual([0, 5_500, 11_000]);
  });

  test("is not shown after an answer has ended without a text, or been replaced", async () => {
    for (const stop of ["end", "replace"] as const) {
      const { clock, hints, sink, begin } = setUp();
      begin();
      if (stop === "end") await sink.end({ status: "stopped" });
      else sink.replace("x");
      await clock.advance(60_000);
      expect(hints).toEqual([0]);
    }
  });

  test("is not shown by a worker that has lost the turn", async () => {
    const { clock, hints, held, begin } = setUp();
    begin();
    held.ours = false;
    await clock.advance(60_000);
    expect(hints).toEqual([0]);
  });

  test("disturbs nothing if the IM rejects it", async () => {
    const { clock, hints, sink, inner, begin } = setUp({ fails: true });
    begin();
    await clock.advance(7_000);
    await sink.end(failedWith("Sorry."));
    expect(hints).toHaveLength(2);
    expect(inner.text()).toBe("Sorry.");
  });
});
