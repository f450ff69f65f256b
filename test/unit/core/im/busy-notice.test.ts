import { describe, expect, test } from "@jest/globals";
import { sentences } from "#core/answer/sentences.ts";
import { makeBusyNotice } from "#core/im/busy-notice.ts";
import type { MessageRoute } from "#core/im/im-messages.ts";
import { failedWith } from "../../../support/endings.ts";
import { makeRecordingSink } from "../../../support/recording-sink.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { route } from "./strict-im.ts";

const afterMs = 20_000;
const notice = sentences.busy;

/** A notice after 20 s. `callMs`, `claimMs`: how long the IM and the table take. */
const setUp = ({
  callMs = 0,
  claimMs = 0,
  until = "first text" as "first text" | "end",
  isFirst = true,
  fails = false,
} = {}) => {
  const clock = makeTestClock();
  const inner = makeRecordingSink();
  const held = { ours: true };
  /** What the user sees, in order. */
  const shown: string[] = [];
  const im = {
    sendText: async (_route: MessageRoute, text: string) => {
      await clock.sleep(callMs);
      if (fails) throw new Error("429");
      shown.push(text);
    },
  };
  const claims: number[] = [];
  const started = clock.now();
  const claimNotice = async () => {
    claims.push(clock.now() - started);
    await clock.sleep(claimMs);
    return isFirst;
  };
  const modelCalls: number[] = [];
  const received = {
    sink: {
      ...inner,
      delta: (text: string) => {
        shown.push(text);
        return inner.delta(text);
      },
    },
    observer: { onModelCalled: () => void modelCalls.push(clock.now()) },
  };
  const lease = { isHeld: () => held.ours, claimNotice, until, afterMs };
  const { sink, observer } = makeBusyNotice({ im, clock })(received, route, lease);
  observer?.onModelCalled?.();
  return { clock, inner, held, shown, claims, sink, modelCalls };
};

describe("a user who waits", () => {
  test("is told once that the answer takes longer, in time", async () => {
    const { clock, shown, sink, modelCalls } = setUp();
    await clock.advance(afterMs - 1);
    expect(shown).toEqual([]);
    await clock.advance(1);
    expect(shown).toEqual([notice]);
    await clock.advance(600_000);
    await sink.delta("Hello.");
    await sink.end({ status: "complete" });
    expect(shown).toEqual([notice, "Hello."]);
    expect(modelCalls).toHaveLength(1);
  });

  test("is told nothing once text has begun, or the answer has ended", async () => {
    for (const begin of ["delta", "replace", "end"] as const) {
      const { clock, shown, sink } = setUp();
      await clock.advance(1_000);
      if (begin === "end") await sink.end(failedWith("Sorry."));
      else sink[begin]("Hello");
      await clock.advance(600_000);
      expect(shown).not.toContain(notice);
    }
  });

  test("for an answer that is sent whole is told until its end", async () => {
    const { clock, shown, sink } = setUp({ until: "end" });
    await sink.delta("Hello");
    await clock.advance(afterMs);
    expect(shown).toEqual(["Hello", notice]);
  });

  test("reads the notice before the answer, even if text comes while it is being sent", async () => {
    const { clock, shown, sink, inner } = setUp({ callMs: 3_000 });
    await clock.advance(afterMs + 1_000);
    const passed = [sink.delta("Hel"), sink.delta("lo"), sink.end({ status: "complete" })];
    await clock.advance(1_000);
    expect(shown).toEqual([]);
    await clock.advance(1_000);
    await Promise.all(passed);
    expect(shown).toEqual([notice, "Hel", "lo"]);
    expect(inner.calls.at(-1)).toEqual({ end: { status: "complete" } });
  });

  test("is not told if text comes at the last moment", async () => {
    const { clock, shown, sink } = setUp({ claimMs: 500 });
    await clock.advance(afterMs + 100);
    const passed = sink.delta("Hello");
    await clock.advance(400);
    await passed;
    expect(shown).toEqual(["Hello"]);
  });

  test("is not told again by the next worker, nor by one that has lost the turn", async () => {
    const second = setUp({ isFirst: false });
    await second.clock.advance(afterMs);
    expect(second.shown).toEqual([]);
    const lost = setUp();
    lost.held.ours = false;
    await lost.clock.advance(afterMs);
    expect(lost.shown).toEqual([]);
    expect(lost.claims).toEqual([]);
  });

  test("gets the answer even if the IM refuses the notice", async () => {
    const { clock, shown, sink } = setUp({ fails: true });
    await clock.advance(afterMs);
    await sink.delta("Hello.");
    expect(await sink.end({ status: "complete" })).toEqual({ status: "delivered" });
    expect(shown).toEqual(["Hello."]);
  });
});
