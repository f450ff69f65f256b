import { describe, expect, test } from "@jest/globals";
import type { AnswerEvent } from "#core/answer/answer.ts";
import type { Model } from "#core/answer/model.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { makeMemoryConversations } from "../../../support/memory-conversations.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { sameModel } from "../../../support/models.ts";
import { makeRecordingSink } from "../../../support/recording-sink.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { turn } from "../../../support/turns.ts";

const begun: AnswerEvent = { type: "begun", reference: "t1" };
const memory: AnswerEvent = { type: "memory", memory: "what was said" };

/** A model that names the turn after `namesAfterMs` and says a word each second, forever: a stop it does not obey. */
const setUp = ({ namesAfterMs = 0 } = {}) => {
  const clock = makeTestClock();
  const log = makeMemoryLog();
  const conversations = makeMemoryConversations(clock);
  const told: string[] = [];
  const closed: number[] = [];
  const stop = new AbortController();
  const ask: Model["ask"] = async (_question, listener, { signal }) => {
    await clock.sleep(namesAfterMs, signal);
    if (!signal.aborted) {
      await listener(begun);
      await listener(memory);
    }
    while (!signal.aborted) {
      await listener({ type: "delta", text: "word " });
      await clock.sleep(1_000, signal);
    }
    closed.push(clock.now());
    return { status: "abandoned" };
  };
  const stopModel = async (_integration: object, reference: string): Promise<void> =>
    void told.push(reference);
  const sink = makeRecordingSink();
  const models = sameModel({ ask, stop: stopModel });
  const forward = makeForwardTurn({ conversations, models, clock, log, newToken: () => "t" });
  const running = forward(turn(), { sink }, { ...noLimits(), stop: stop.signal });
  return { clock, conversations, told, closed, stop, sink, running };
};

test("a turn whose answer is no longer accepted is stopped at its model too, and does not hold its conversation", async () => {
  const { clock, told, sink, running, conversations } = setUp();
  await clock.advance(2_500);
  sink.giveUp();
  await clock.advance(0);
  expect(told).toEqual(["t1"]);
  await running;
  expect(conversations.holder()).toBeUndefined();
});

describe("a turn that its user stops", () => {
  test("ends for them at once, though the model goes on, and the model is told", async () => {
    const { clock, told, closed, stop, sink, running } = setUp();
    await clock.advance(2_500);
    stop.abort();
    await clock.advance(0);
    expect(sink.calls).toEqual([
      { delta: "word " },
      { delta: "word " },
      { delta: "word " },
      { end: { status: "stopped" } },
    ]);
    const report = await running;
    expect(report).toMatchObject({ outcome: { status: "stopped" } });
    expect(told).toEqual(["t1"]);
    if (report.status === "ended") await report.cleanup;
    expect(closed).toHaveLength(1);
  });

  test("before the model has named it ends at once too, for the next turn as well, and the model is told as soon as it has", async () => {
    const { clock, conversations, told, stop, sink, running } = setUp({ namesAfterMs: 4_000 });
    stop.abort();
    await clock.advance(0);
    expect(sink.calls).toEqual([{ end: { status: "stopped" } }]);
    expect(told).toEqual([]);
    await running;
    expect(conversations.holder()).toBeUndefined();
    await clock.advance(5_000);
    expect(told).toEqual(["t1"]);
    expect(sink.calls).toHaveLength(1);
    // By then it is the next turn's.
    expect(conversations.kept).toEqual([]);
  });

  test("holds nobody for longer where the model never names it", async () => {
    const { clock, told, closed, stop, running } = setUp({ namesAfterMs: 60_000 });
    stop.abort();
    await clock.advance(5_000);
    expect(await running).toMatchObject({ outcome: { status: "stopped" } });
    expect(told).toEqual([]);
    expect(closed).toEqual([clock.now()]);
  });

  test("is told to the model by the name of the try that runs, not of one before it", async () => {
    const clock = makeTestClock();
    const told: string[] = [];
    const stop = new AbortController();
    let asked = 0;
    const ask: Model["ask"] = async (_question, listener, { signal }) => {
      asked += 1;
      await listener({ type: "begun", reference: `t${asked}` });
      if (asked === 1) return { status: "failed", code: "unavailable", retryable: true, detail: "overload" };
      await clock.sleep(60_000, signal);
      return { status: "abandoned" };
    };
    const stopModel = async (_integration: object, reference: string) => void told.push(reference);
    const ports = {
      models: sameModel({ ask, stop: stopModel }),
      clock,
      log: makeMemoryLog(),
      newToken: () => "t",
    };
    const forward = makeForwardTurn({ conversations: makeMemoryConversations(clock), ...ports });
    const running = forward(turn(), { sink: makeRecordingSink() }, { ...noLimits(), stop: stop.signal });
    await clock.advance(1_000);
    stop.abort();
    await clock.advance(1_000);
    await running;
    expect(told).toEqual(["t2"]);
  });

  test("is not asked again, though the model has failed and the stop comes while it waits for the next try", async () => {
    const clock = makeTestClock();
    const stop = new AbortController();
    let asked = 0;
    const ask: Model["ask"] = async () => {
      asked += 1;
      return { status: "failed", code: "unavailable", retryable: true, detail: "overload" };
    };
    const ports = { models: sameModel({ ask }), clock, log: makeMemoryLog(), newToken: () => "t" };
    const forward = makeForwardTurn({ conversations: makeMemoryConversations(clock), ...ports });
    const running = forward(turn(), { sink: makeRecordingSink() }, { ...noLimits(), stop: stop.signal });
    await clock.advance(1_000);
    expect(asked).toBe(2);
    stop.abort();
    await clock.advance(60_000);
    expect(await running).toMatchObject({ outcome: { status: "stopped" } });
    expect(asked).toBe(2);
  });

  test("brings what was held back of its text before its end", async () => {
    const clock = makeTestClock();
    const stop = new AbortController();
    const ask: Model["ask"] = async (_question, listener, { signal }) => {
      await listener({ type: "delta", text: "a [link" });
      await listener({ type: "delta", text: "](http" });
      stop.abort();
      await clock.sleep(1_000, signal);
      return { status: "abandoned" };
    };
    const ports = { models: sameModel({ ask }), clock, log: makeMemoryLog(), newToken: () => "t" };
    const sink = makeRecordingSink();
    const forward = makeForwardTurn({ conversations: makeMemoryConversations(clock), ...ports });
    const running = forward(turn(), { sink }, { ...noLimits(), stop: stop.signal });
    await clock.advance(20_000);
    await running;
    expect(sink.text()).toBe("a [link](http");
  });

  test("is remembered as far as it was said, by a model that itself keeps what was said", async () => {
    const clock = makeTestClock();
    const stop = new AbortController();
    const ask: Model["ask"] = async (_question, listener, limits) => {
      limits.stop?.addEventListener("abort", () => void listener(memory), { once: true });
      await listener({ type: "delta", text: "half" });
      await clock.sleep(60_000, limits.stop);
      return { status: "stopped" };
    };
    const conversations = makeMemoryConversations(clock);
    const ports = { models: sameModel({ ask }), clock, log: makeMemoryLog(), newToken: () => "t" };
    const forward = makeForwardTurn({ conversations, ...ports });
    const sink = makeRecordingSink();
    const running = forward(turn(), { sink }, { ...noLimits(), stop: stop.signal });
    await clock.advance(1_000);
    stop.abort();
    await clock.advance(0);
    expect(await running).toMatchObject({ outcome: { status: "stopped" } });
    expect(sink.calls).toEqual([{ delta: "half" }, { end: { status: "stopped" } }]);
    expect(conversations.kept).toMatchObject([{ memory: "what was said" }]);
  });
});
