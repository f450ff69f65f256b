import { describe, expect, test } from "@jest/globals";
import type { AnswerIds } from "#core/answer/answer.ts";
import type { AnswerEnding } from "#core/answer/answer-sink.ts";
import type { ChatEvent } from "#core/chat/chat-event.ts";
import { makeChatSink } from "#core/chat/chat-sink.ts";
import { failedWith } from "../../../support/endings.ts";

interface Given {
  readonly conversation?: string;
  readonly isStopAsked?: boolean;
}

const begin = ({ conversation, isStopAsked = false }: Given = {}) => {
  const told: ChatEvent[] = [];
  const named: AnswerIds[] = [];
  const sink = makeChatSink({
    turn: "t1",
    conversation,
    tell: (event) => void told.push(event),
    onNamed: (ids) => void named.push(ids),
    isStopAsked: async () => isStopAsked,
  });
  return { sink, told, named };
};

const end = { type: "end", stopped: false, usage: null, sources: [] };
const stopped = { ...end, stopped: true };
const facts = { usage: { totalTokens: 7 }, sources: [{ document: "manual.pdf" }] };

describe("a client", () => {
  test("hears a turn's name and its conversation's, and each piece as it comes", () => {
    const { sink, told } = begin({ conversation: "trip" });
    sink.begin();
    sink.delta("wrong");
    sink.replace("right");
    expect(told).toEqual([
      { type: "start", turn: "t1", conversation: "trip" },
      { type: "delta", content: "wrong" },
      { type: "replace", content: "right" },
    ]);
  });

  test("of the conversation that is the IM's too hears no name of it", () => {
    const { sink, told } = begin();
    sink.begin();
    expect(told).toEqual([{ type: "start", turn: "t1", conversation: null }]);
  });

  test.each<[string, AnswerEnding, unknown[]]>([
    ["what it cost and what it rests on", { status: "complete", facts }, [{ ...end, ...facts }]],
    ["that neither is known", { status: "complete" }, [end]],
    ["that it was stopped", { status: "stopped" }, [stopped]],
    [
      "that it waits for a person, in words too",
      { status: "paused", sentence: "Please wait." },
      [
        { type: "delta", content: "Please wait." },
        { ...end, paused: true },
      ],
    ],
    [
      "what failed, in words without the blanks that part them from an answer",
      failedWith("\n\nIt broke off."),
      [{ type: "error", code: "unavailable", message: "It broke off.", retryable: true }],
    ],
  ])("hears at the end %s", async (_what, ending, events) => {
    const { sink, told } = begin();
    expect(await sink.end(ending)).toEqual({ status: "delivered" });
    expect(told).toEqual(events);
  });

  test("hears nothing of an answer that another machine brings", async () => {
    const { sink, told } = begin({ isStopAsked: true });
    expect(await sink.end({ status: "abandoned" })).toMatchObject({ status: "undelivered" });
    expect(told).toEqual([]);
  });

  test.each<[string, AnswerEnding]>([
    ["as if it had said all", { status: "complete", facts }],
    ["with nothing said", { status: "failed", sentence: "Sorry.", code: "empty", retryable: true }],
    ["by breaking off", { status: "failed", sentence: "Sorry.", code: "broken_off", retryable: true }],
    ["while it waits for a person", { status: "paused", sentence: "Please wait." }],
  ])("that has stopped it hears that it is stopped, though Dify ends %s", async (_how, ending) => {
    const { sink, told } = begin({ isStopAsked: true });
    await sink.end(ending);
    expect(told).toEqual([stopped]);
  });
});

test("what Dify calls a turn is passed on", () => {
  const { sink, named, told } = begin();
  const ids = { conversationId: "c1", messageId: "m1", taskId: "k1" };
  sink.named(ids);
  expect(named).toEqual([ids]);
  expect(told).toEqual([]);
});

test("who brings an answer waits where the client does", async () => {
  const taken = Promise.withResolvers<void>();
  const sink = makeChatSink({
    turn: "t1",
    conversation: undefined,
    tell: () => taken.promise,
    onNamed: () => {},
    isStopAsked: async () => false,
  });
  expect(sink.delta("x")).toBe(taken.promise);
  expect(sink.replace("x")).toBe(taken.promise);
});
