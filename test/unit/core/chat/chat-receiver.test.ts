import { describe, expect, test } from "@jest/globals";
import type { AnswerEnding } from "#core/answer/answer-sink.ts";
import type { ChatEvent, ChatPart } from "#core/chat/chat-event.ts";
import { makeChatReceiver } from "#core/chat/chat-receiver.ts";
import { failedWith } from "../../../support/endings.ts";

interface Given {
  readonly conversation?: string;
  readonly isStopRequested?: boolean;
  readonly parts?: readonly ChatPart[];
}

const begin = ({ conversation, isStopRequested = false, parts = [] }: Given = {}) => {
  const emitted: ChatEvent[] = [];
  const named: string[] = [];
  const { sink, observer } = makeChatReceiver({
    turn: "t1",
    conversation,
    parts,
    emit: (event) => void emitted.push(event),
    onReference: (reference) => void named.push(reference),
    isStopRequested: async () => isStopRequested,
  });
  return { sink, observer, emitted, named };
};

const end = { type: "end", stopped: false, usage: null, sources: [] };
const stopped = { ...end, stopped: true };
const facts = { usage: { totalTokens: 7 }, sources: [{ document: "manual.pdf" }] };

describe("a client", () => {
  test("receives a turn's id and its conversation's name, and each piece as it comes", () => {
    const { sink, observer, emitted } = begin({ conversation: "trip" });
    observer?.onModelCalled?.();
    sink.delta("wrong");
    sink.replace("right");
    expect(emitted).toEqual([
      { type: "start", turn: "t1", conversation: "trip" },
      { type: "delta", content: "wrong" },
      { type: "replace", content: "right" },
    ]);
  });

  test("of the conversation that the IM uses too receives no name of it", () => {
    const { observer, emitted } = begin();
    observer?.onModelCalled?.();
    expect(emitted).toEqual([{ type: "start", turn: "t1", conversation: null }]);
  });

  test.each<[string, AnswerEnding, unknown[]]>([
    ["its usage and sources", { status: "complete", facts }, [{ ...end, ...facts }]],
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
      "the error text, without the blank lines that separate it from an answer",
      failedWith("\n\nIt broke off."),
      [{ type: "error", code: "unavailable", message: "It broke off.", retryable: true }],
    ],
  ])("receives at the end %s", async (_what, ending, events) => {
    const { sink, emitted } = begin();
    expect(await sink.end(ending)).toEqual({ status: "delivered" });
    expect(emitted).toEqual(events);
  });

  test("receives nothing of an answer that another process produces", async () => {
    const { sink, emitted } = begin({ isStopRequested: true });
    expect(await sink.end({ status: "abandoned" })).toMatchObject({ status: "undelivered" });
    expect(emitted).toEqual([]);
  });

  test.each<[string, AnswerEnding]>([
    ["as if it were complete", { status: "complete", facts }],
    ["without any text", { status: "failed", sentence: "Sorry.", code: "empty", retryable: true }],
    ["by breaking off", { status: "failed", sentence: "Sorry.", code: "broken_off", retryable: true }],
    ["while it waits for a person", { status: "paused", sentence: "Please wait." }],
  ])("that has stopped it receives that it is stopped, even if the model ends %s", async (_how, ending) => {
    const { sink, emitted } = begin({ isStopRequested: true });
    await sink.end(ending);
    expect(emitted).toEqual([stopped]);
  });
});

test("a client receives reasoning and files as events only if it takes them", () => {
  const { sink, emitted } = begin({ parts: ["reasoning", "file"] });
  sink.reasoning?.("hm");
  sink.file?.({ kind: "image", url: "https://a.example/1.png", name: undefined });
  expect(emitted).toEqual([
    { type: "reasoning", content: "hm" },
    { type: "file", file: { type: "image", url: "https://a.example/1.png", name: null } },
  ]);
  expect(begin().sink).not.toHaveProperty("reasoning");
  expect(begin().sink).not.toHaveProperty("file");
  expect(begin({ parts: ["file"] }).sink).not.toHaveProperty("reasoning");
});

test("the model's ids of a turn are passed on", () => {
  const { observer, named, emitted } = begin();
  observer?.onReference?.("its name");
  expect(named).toEqual(["its name"]);
  expect(emitted).toEqual([]);
});

test("the sender of an answer waits when the client does", async () => {
  const accepted = Promise.withResolvers<void>();
  const { sink } = makeChatReceiver({
    turn: "t1",
    conversation: undefined,
    parts: ["reasoning", "file"],
    emit: () => accepted.promise,
    onReference: () => {},
    isStopRequested: async () => false,
  });
  expect(sink.delta("x")).toBe(accepted.promise);
  expect(sink.replace("x")).toBe(accepted.promise);
  expect(sink.reasoning?.("x")).toBe(accepted.promise);
});
