import { describe, expect, test } from "@jest/globals";
import { type AnswerEvent, BotError } from "../../../../client/src/index.ts";
import {
  type AnswerState,
  applyEvent,
  failAnswer,
  unanswered,
} from "../../../../console/src/pages/chat/answer-state.ts";

const busy = new BotError("busy", { code: 409, status: 409, retryable: true });
const end: AnswerEvent = {
  type: "end",
  text: "Hi there",
  stopped: false,
  paused: false,
  form: null,
  prompt: null,
  truncated: "length",
  usage: { totalTokens: 7 },
  sources: [{ document: "a.pdf" }],
};

const read = (...events: readonly AnswerEvent[]): AnswerState =>
  events.reduce((state, event, index) => applyEvent(state, event, (index + 1) * 100), unanswered);

describe("an answer that is being read", () => {
  test("has the time of its first text, which later text and reasoning before it do not change", () => {
    const state = read(
      { type: "start", turn: "t1", conversation: null },
      { type: "reasoning", content: "Hm", reasoning: "Hm" },
      { type: "delta", content: "Hi", text: "Hi" },
      { type: "delta", content: " there", text: "Hi there" },
    );
    expect(state).toMatchObject({
      phase: "writing",
      turn: "t1",
      text: "Hi there",
      reasoning: "Hm",
      firstTextMs: 300,
    });
  });

  test("keeps its files, and what the end says", () => {
    const file = { type: "image", url: "https://example.com/a.png", name: null } as const;
    const state = read({ type: "file", file }, { type: "delta", content: "Hi there", text: "Hi there" }, end);
    expect(state).toMatchObject({
      phase: "done",
      files: [file],
      truncated: "length",
      usage: { totalTokens: 7 },
      sources: [{ document: "a.pdf" }],
      endMs: 300,
    });
  });

  test("begins again without what was said, thought and made before", () => {
    const file = { type: "image", url: "https://example.com/a.png", name: null } as const;
    const state = read(
      { type: "reasoning", content: "Hm", reasoning: "Hm" },
      { type: "file", file },
      { type: "replace", content: "", text: "", all: true },
    );
    expect(state).toMatchObject({ text: "", reasoning: "", files: [] });
  });

  test("says that it waits only until it goes on", () => {
    const waiting = read({ type: "retrying", attempt: 1, delayMs: 2_000, error: busy });
    expect(waiting).toMatchObject({ phase: "waiting", retry: { delayMs: 2_000, error: busy } });
    const going = applyEvent(waiting, { type: "start", turn: "t1", conversation: null }, 2_500);
    expect(going.retry).toBeUndefined();
  });

  test("keeps what was said when it fails", () => {
    const failed = failAnswer(read({ type: "delta", content: "Hi", text: "Hi" }), busy, 900);
    expect(failed).toMatchObject({ phase: "failed", text: "Hi", error: busy, endMs: 900 });
  });
});
