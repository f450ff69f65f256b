import { describe, expect, test } from "@jest/globals";
import type { AnswerEvent } from "#core/answer/answer.ts";
import { type Model, questionRecalled } from "#core/answer/model.ts";
import { sentences } from "#core/answer/sentences.ts";
import { conversationKeyOf } from "#core/turn/conversation.ts";
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

/**
 * A model that names the turn after `namesAfterMs` and emits a word each second, forever: a stop that it does
 * not obey.
 */
const setUp = ({ namesAfterMs = 0 } = {}) => {
  const clock = makeTestClock();
  const log = makeMemoryLog();
  const conversations = makeMemoryConversations(clock);
  const modelStops: string[] = [];
  const closed: number[] = [];
  const stop = new AbortController();
  const lease = new AbortController();
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
    void modelStops.push(reference);
  const sink = makeRecordingSink();
  const models = sameModel({ ask, stop: stopModel });
  const forward = makeForwardTurn({ conversations, models, clock, log, newToken: () => "t" });
  const running = forward(turn(), { sink }, { ...noLimits(), signal: lease.signal, stop: stop.signal });
  return { clock, conversations, modelStops, closed, stop, lease, sink, running };
};

test("a turn whose answer is no longer accepted is also stopped at its model, and releases its conversation", async () => {
  const { clock, modelStops, sink, running, conversations } = setUp();
  await clock.advance(2_500);
  sink.giveUp();
  await clock.advance(0);
  expect(modelStops).toEqual(["t1"]);
  await running;
  expect(conversations.holder()).toBeUndefined();
});

test("a turn whose delivery gives up since its lease is lost leaves the model to the worker that has it now", async () => {
  const { clock, modelStops, lease, sink, running, conversations } = setUp();
  await clock.advance(2_500);
  lease.abort();
  sink.giveUp();
  await clock.advance(10_000);
  expect(await running).toMatchObject({ outcome: { status: "abandoned" } });
  expect(modelStops).toEqual([]);
  expect(sink.calls.at(-1)).toEqual({ end: { status: "abandoned" } });
  expect(conversations.holder()).toBeUndefined();
});

describe("a run that its server stops by itself", () => {
  const serverStops = async (text: string, onCheck: (stop: AbortController) => void = () => {}) => {
    const clock = makeTestClock();
    const stop = new AbortController();
    const ask: Model["ask"] = async (_question, listener) => {
      await listener(begun);
      if (text !== "") await listener({ type: "delta", text });
      return { status: "stopped" };
    };
    const sink = makeRecordingSink();
    const ports = {
      conversations: makeMemoryConversations(clock),
      clock,
      log: makeMemoryLog(),
      newToken: () => "t",
    };
    const forward = makeForwardTurn({ ...ports, models: sameModel({ ask }) });
    const checkStop = async () => onCheck(stop);
    const report = await forward(turn(), { sink }, { ...noLimits(), stop: stop.signal, checkStop });
    return { report, sink };
  };

  test("is a failure that the user is told of: nobody here has asked for the stop", async () => {
    const silent = await serverStops("");
    expect(silent.report).toMatchObject({ outcome: { status: "incomplete" } });
    expect(silent.sink.text()).toBe(sentences.failed);
    const cut = await serverStops("The first half");
    expect(cut.report).toMatchObject({ outcome: { status: "incomplete" } });
    expect(cut.sink.text()).toBe(`The first half${sentences.brokenOff}`);
  });

  test("is stopped if the user's request is found then", async () => {
    const { report, sink } = await serverStops("The first half", (stop) => stop.abort());
    expect(report).toMatchObject({ outcome: { status: "stopped" } });
    expect(sink.calls.at(-1)).toEqual({ end: { status: "stopped" } });
  });
});

describe("a turn that its user stops", () => {
  test("ends for them at once even if the model continues, and the model is told", async () => {
    const { clock, modelStops, closed, stop, sink, running } = setUp();
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
    expect(modelStops).toEqual(["t1"]);
    if (report.status === "ended") await report.cleanup;
    expect(closed).toHaveLength(1);
  });

  test("because they took the question back is stopped at the model first, but does not wait for it long", async () => {
    for (const [namesAfterMs, endsAfterMs] of [
      [0, 0],
      [4_000, 1_000],
    ] as const) {
      const { clock, modelStops, stop, sink, running } = setUp({ namesAfterMs });
      await clock.advance(500);
      const ended = () => sink.calls.some((call) => "end" in call);
      stop.abort(questionRecalled);
      if (endsAfterMs > 0) await clock.advance(endsAfterMs - 1);
      expect(ended()).toBe(false);
      await clock.advance(endsAfterMs > 0 ? 1 : 0);
      expect(ended()).toBe(true);
      await clock.advance(10_000);
      await running;
      expect(modelStops).toEqual(["t1"]);
    }
  });

  test("before the model has named it also ends at once, so that the next turn can run, and the model is told as soon as it has", async () => {
    const { clock, conversations, modelStops, stop, sink, running } = setUp({ namesAfterMs: 4_000 });
    await clock.advance(0);
    stop.abort();
    await clock.advance(0);
    expect(sink.calls).toEqual([{ end: { status: "stopped" } }]);
    expect(modelStops).toEqual([]);
    await running;
    expect(conversations.holder()).toBeUndefined();
    await clock.advance(5_000);
    expect(modelStops).toEqual(["t1"]);
    expect(sink.calls).toHaveLength(1);
    // By then the conversation belongs to the next turn.
    expect(conversations.kept).toEqual([]);
  });

  test("does not wait longer if the model never names it", async () => {
    const { clock, modelStops, closed, stop, running } = setUp({ namesAfterMs: 60_000 });
    await clock.advance(0);
    stop.abort();
    await clock.advance(5_000);
    expect(await running).toMatchObject({ outcome: { status: "stopped" } });
    expect(modelStops).toEqual([]);
    expect(closed).toEqual([clock.now()]);
  });

  test("is stopped at the model by the ids of the current attempt, not of an earlier one", async () => {
    const clock = makeTestClock();
    const modelStops: string[] = [];
    const stop = new AbortController();
    let asked = 0;
    const ask: Model["ask"] = async (_question, listener, { signal }) => {
      asked += 1;
      await listener({ type: "begun", reference: `t${asked}` });
      if (asked === 1) return { status: "failed", code: "unavailable", retryable: true, detail: "overload" };
      await clock.sleep(60_000, signal);
      return { status: "abandoned" };
    };
    const stopModel = async (_integration: object, reference: string) => void modelStops.push(reference);
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
    expect(modelStops).toEqual(["t2"]);
  });

  test("is not retried, even if the model has failed and the stop comes during the wait for the next attempt", async () => {
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

  test("sends the text that was held back before its end", async () => {
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

  test.each([
    [
      "is remembered with the text so far, by a model that stores its own memory",
      undefined,
      ["what was said"],
    ],
    ["because they took the question back is not remembered", questionRecalled, []],
  ])("%s", async (_name, reason, remembered) => {
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
    stop.abort(reason);
    await clock.advance(0);
    expect(await running).toMatchObject({ outcome: { status: "stopped" } });
    expect(sink.calls).toEqual([{ delta: "half" }, { end: { status: "stopped" } }]);
    expect(conversations.kept.map(({ memory: kept }) => kept)).toEqual(remembered);
  });

  test("while it waits for its conversation is never asked", async () => {
    const clock = makeTestClock();
    const stop = new AbortController();
    let asked = 0;
    const ask: Model["ask"] = async () => {
      asked += 1;
      return { status: "answered" };
    };
    const conversations = makeMemoryConversations(clock);
    const ports = { models: sameModel({ ask }), clock, log: makeMemoryLog() };
    const forward = makeForwardTurn({ conversations, ...ports, newToken: () => "t" });
    const sink = makeRecordingSink();
    await conversations.open(conversationKeyOf(turn()), {
      turnId: "earlier",
      token: "earlier",
      expiresAt: clock.now() + 2_000,
    });
    const running = forward(turn(), { sink }, { ...noLimits(), stop: stop.signal });
    await clock.advance(1_000);
    stop.abort();
    await clock.advance(5_000);
    expect(await running).toMatchObject({ outcome: { status: "stopped" }, modelCalls: 0 });
    expect(asked).toBe(0);
    expect(sink.calls).toEqual([{ end: { status: "stopped" } }]);
  });
});
