import { describe, expect, test } from "@jest/globals";
import type { AnswerEvent, AskDify } from "#core/answer/answer.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import { makeMemoryConversations } from "../../../support/memory-conversations.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeRecordingSink } from "../../../support/recording-sink.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { turn } from "../../../support/turns.ts";

const begun: AnswerEvent = { type: "begun", ids: { conversationId: "c1", messageId: "m1", taskId: "t1" } };

/** A Dify that names the turn after `namesAfterMs` and says a word each second, for ever: a stop it does not obey. */
const setUp = ({ namesAfterMs = 0 } = {}) => {
  const clock = makeTestClock();
  const log = makeMemoryLog();
  const conversations = makeMemoryConversations(clock);
  const told: string[] = [];
  const closed: number[] = [];
  const stop = new AbortController();
  const askDify: AskDify = async (_question, listener, { signal }) => {
    await clock.sleep(namesAfterMs, signal);
    if (!signal.aborted) await listener(begun);
    while (!signal.aborted) {
      await listener({ type: "delta", text: "word " });
      await clock.sleep(1_000, signal);
    }
    closed.push(clock.now());
    return { status: "abandoned" };
  };
  const stopDify = async (_integration: object, taskId: string, user: string): Promise<void> =>
    void told.push(`${taskId} of ${user}`);
  const sink = makeRecordingSink();
  const forward = makeForwardTurn({ conversations, askDify, stopDify, clock, log, newToken: () => "t" });
  const running = forward(turn(), sink, { ...noLimits(), stop: stop.signal });
  return { clock, conversations, told, closed, stop, sink, running };
};

test("a turn whose answer nobody takes any more is stopped at Dify too, and does not hold its conversation", async () => {
  const { clock, told, sink, running, conversations } = setUp();
  await clock.advance(2_500);
  sink.giveUp();
  await clock.advance(0);
  expect(told).toEqual(["t1 of u7"]);
  await running;
  expect(conversations.holder()).toBeUndefined();
});

describe("a turn that its user stops", () => {
  test("ends for them at once, though Dify goes on, and Dify is told with the same user", async () => {
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
    expect(told).toEqual(["t1 of u7"]);
    if (report !== "busy") await report.afterwards;
    expect(closed).toHaveLength(1);
  });

  test("before Dify has named it ends at once too, for the next turn as well, and Dify is told as soon as it has", async () => {
    const { clock, conversations, told, stop, sink, running } = setUp({ namesAfterMs: 4_000 });
    stop.abort();
    await clock.advance(0);
    expect(sink.calls).toEqual([{ end: { status: "stopped" } }]);
    expect(told).toEqual([]);
    await running;
    expect(conversations.holder()).toBeUndefined();
    await clock.advance(5_000);
    expect(told).toEqual(["t1 of u7"]);
    expect(sink.calls).toHaveLength(1);
    // By then it is the next turn's.
    expect(conversations.kept).toEqual([]);
  });

  test("holds nobody for longer where Dify never names it", async () => {
    const { clock, told, closed, stop, running } = setUp({ namesAfterMs: 60_000 });
    stop.abort();
    await clock.advance(5_000);
    expect(await running).toMatchObject({ outcome: { status: "stopped" } });
    expect(told).toEqual([]);
    expect(closed).toEqual([clock.now()]);
  });

  test("is told to Dify by the name of the try that runs, not of one before it", async () => {
    const clock = makeTestClock();
    const told: string[] = [];
    const stop = new AbortController();
    let asked = 0;
    const askDify: AskDify = async (_question, listener, { signal }) => {
      asked += 1;
      await listener({ type: "begun", ids: { conversationId: "c1", messageId: "m1", taskId: `t${asked}` } });
      if (asked === 1) return { status: "failed", code: "unavailable", retryable: true, detail: "overload" };
      await clock.sleep(60_000, signal);
      return { status: "abandoned" };
    };
    const stopDify = async (_integration: object, taskId: string): Promise<void> => void told.push(taskId);
    const ports = { askDify, stopDify, clock, log: makeMemoryLog(), newToken: () => "t" };
    const forward = makeForwardTurn({ conversations: makeMemoryConversations(clock), ...ports });
    const running = forward(turn(), makeRecordingSink(), { ...noLimits(), stop: stop.signal });
    await clock.advance(1_000);
    stop.abort();
    await clock.advance(1_000);
    await running;
    expect(told).toEqual(["t2"]);
  });

  test("is not asked of Dify again, though Dify has failed and the stop comes while it waits for the next try", async () => {
    const clock = makeTestClock();
    const stop = new AbortController();
    let asked = 0;
    const askDify: AskDify = async () => {
      asked += 1;
      return { status: "failed", code: "unavailable", retryable: true, detail: "overload" };
    };
    const ports = { askDify, stopDify: async () => {}, clock, log: makeMemoryLog(), newToken: () => "t" };
    const forward = makeForwardTurn({ conversations: makeMemoryConversations(clock), ...ports });
    const running = forward(turn(), makeRecordingSink(), { ...noLimits(), stop: stop.signal });
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
    const askDify: AskDify = async (_question, listener, { signal }) => {
      await listener({ type: "delta", text: "a [link" });
      await listener({ type: "delta", text: "](http" });
      stop.abort();
      await clock.sleep(1_000, signal);
      return { status: "abandoned" };
    };
    const ports = { askDify, stopDify: async () => {}, clock, log: makeMemoryLog(), newToken: () => "t" };
    const sink = makeRecordingSink();
    const forward = makeForwardTurn({ conversations: makeMemoryConversations(clock), ...ports });
    const running = forward(turn(), sink, { ...noLimits(), stop: stop.signal });
    await clock.advance(20_000);
    await running;
    expect(sink.text()).toBe("a [link](http");
  });
});
