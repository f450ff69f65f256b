import { describe, expect, test } from "@jest/globals";
import type { AnswerEnding } from "#core/answer/answer-sink.ts";
import type { ChatEvent } from "#core/chat/chat-event.ts";
import { makeChatReceiver } from "#core/chat/chat-receiver.ts";
import { failedWith } from "../../../support/endings.ts";

interface Given {
  readonly conversation?: string;
  readonly isStopRequested?: boolean;
}

const begin = ({ conversation, isStopRequested = false }: Given = {}) => {
  const told: ChatEvent[] = [];
  const named: string[] = [];
  const { sink, observer } = makeChatReceiver({
    turn: "t1",
    conversation,
    emit: (event) => void told.push(event),
    onReference: (reference) => void named.push(reference),
    isStopRequested: async () => isStopRequested,
  });
  return { sink, observer, told, named };
};

const end = { type: "end", stopped: false, usage: null, sources: [] };
const stopped = { ...end, stopped: true };
const facts = { usage: { totalTokens: 7 }, sources: [{ document: "manual.pdf" }] };

describe("a client", () => {
  test("hears a turn's name and its conversation's, and each piece as it comes", () => {
    const { sink, observer, told } = begin({ conversation: "trip" });
    observer?.onModelCalled?.();
    sink.delta("wrong");
    sink.replace("right");
    expect(told).toEqual([
      { type: "start", turn: "t1", conversation: "trip" },
      { type: "delta", content: "wrong" },
      { type: "replace", content: "right" },
    ]);
  });

  test("of the conversation that is the IM's too hears no name of it", () => {
    const { observer, told } = begin();
    observer?.onModelCalled?.();
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
      "that it ended early and why, in words too",
      { status: "truncated", reason: "length", sentence: "\n\nToo long.", facts },
      [
        { type: "delta", content: "\n\nToo long." },
        { ...end, ...facts, truncated: "length" },
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
    const { sink, told } = begin({ isStopRequested: true });
    expect(await sink.end({ status: "abandoned" })).toMatchObject({ status: "undelivered" });
    expect(told).toEqual([]);
  });

  test.each<[string, AnswerEnding]>([
    ["as if it had said all", { status: "complete", facts }],
    ["with nothing said", { status: "failed", sentence: "Sorry.", code: "empty", retryable: true }],
    ["by breaking off", { status: "failed", sentence: "Sorry.", code: "broken_off", retryable: true }],
    ["while it waits for a person", { status: "paused", sentence: "Please wait." }],
  ])("that has stopped it hears that it is stopped, though the model ends %s", async (_how, ending) => {
    const { sink, told } = begin({ isStopRequested: true });
    await sink.end(ending);
    expect(told).toEqual([stopped]);
  });
});

test("what a model calls a turn is passed on", () => {
  const { observer, named, told } = begin();
  observer?.onReference?.("its name");
  expect(named).toEqual(["its name"]);
  expect(told).toEqual([]);
});

test("who brings an answer waits where the client does", async () => {
  const taken = Promise.withResolvers<void>();
  const { sink } = makeChatReceiver({
    turn: "t1",
    conversation: undefined,
    emit: () => taken.promise,
    onReference: () => {},
    isStopRequested: async () => false,
  });
  expect(sink.delta("x")).toBe(taken.promise);
  expect(sink.replace("x")).toBe(taken.promise);
});
