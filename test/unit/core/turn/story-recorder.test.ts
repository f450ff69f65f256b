import { expect, test } from "@jest/globals";
import { makeNullSink } from "#core/answer/answer-sink.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { makeStoryRecorder } from "#core/turn/story-recorder.ts";
import type { TurnReport } from "#core/turn/stream-answer.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { turn as turnOf } from "../../../support/turns.ts";

const startMs = Date.UTC(2026, 0, 1);
const reportOf = (given: Partial<TurnReport> = {}): TurnReport => ({
  status: "ended",
  outcome: { status: "answered" },
  delivery: { status: "delivered" },
  modelCalls: 1,
  firstTextAt: startMs + 1_000,
  cleanup: Promise.resolve(),
  ...given,
});

/** An answer of two words in two seconds, of which the IM refuses two calls. */
const tell = async (keepsText: boolean, report = reportOf()) => {
  const clock = makeTestClock(startMs);
  const story = makeStoryRecorder({ clock, keepsText });
  const { sink, observer } = story.watch({ sink: makeNullSink() });
  observer?.onModelCalled?.();
  await clock.advance(1_000);
  sink.delta("well ");
  story.onRefused(new BridgeError("rate_limited", "HTTP 429", { retryable: true }));
  story.onRefused(new BridgeError("upstream_unavailable", "HTTP 503", { retryable: true }));
  await clock.advance(1_000);
  sink.delta("done");
  story.onSent();
  await sink.end({ status: "complete" });
  return story.ending(turnOf(), report);
};

test("a story has its times, and counts what the IM took and refused", async () => {
  expect(await tell(false)).toMatchObject({
    outcome: "answered",
    askedAt: startMs,
    firstTextAt: startMs + 1_000,
    lastTextAt: startMs + 2_000,
    firstSentAt: startMs + 2_000,
    deliveredAt: startMs + 2_000,
    endedAt: startMs + 2_000,
    chunks: 1,
    refusals: 2,
    rateLimited: 1,
    text: undefined,
  });
});

test("an answer that the IM did not accept is undelivered, whatever the model did", async () => {
  const delivery = { status: "undelivered", reason: "HTTP 429" } as const;
  expect(await tell(false, reportOf({ delivery }))).toMatchObject({
    outcome: "undelivered",
    code: "answered",
    detail: "HTTP 429",
  });
});

test("question and answer are kept only if the app says so", async () => {
  expect((await tell(true)).text).toEqual({ question: expect.stringMatching(/./), answer: "well done" });
  expect(JSON.stringify(await tell(false))).not.toMatch(/well|done/);
});
