import { describe, expect, test } from "@jest/globals";
import { type QuestionRun, runQuestion } from "#adapters/model-api/run-question.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";

const setUp = (answer: QuestionRun["answer"]) => {
  const events: AnswerEvent[] = [];
  const abort = new AbortController();
  const stop = new AbortController();
  const running = runQuestion({ answer, memory: () => "what was said" }, (event) => void events.push(event), {
    signal: abort.signal,
    stop: stop.signal,
  });
  return { events, abort, stop, running };
};

const memory: AnswerEvent = { type: "memory", memory: "what was said" };
const untilEnded: QuestionRun["answer"] = (listener, ended) =>
  new Promise((resolve) => {
    ended.signal.addEventListener("abort", () => {
      void listener({ type: "delta", text: "late" });
      resolve({ status: "incomplete" });
    });
  });

describe("a question", () => {
  test.each<AnswerOutcome>([{ status: "answered" }, { status: "truncated", reason: "length" }])(
    "that ends as $status is remembered after the answer",
    async (outcome) => {
      const { events, running } = setUp(async (listener) => {
        await listener({ type: "delta", text: "hi" });
        return outcome;
      });
      expect(await running).toEqual(outcome);
      expect(events).toEqual([{ type: "delta", text: "hi" }, memory]);
    },
  );

  test.each<AnswerOutcome>([
    { status: "incomplete" },
    { status: "failed", code: "model", retryable: false, detail: "error" },
  ])("that ends as $status is not remembered", async (outcome) => {
    const { events, running } = setUp(async () => outcome);
    expect(await running).toEqual(outcome);
    expect(events).toEqual([]);
  });

  test("that is stopped is remembered before abort() returns, and emits nothing afterwards", async () => {
    const { events, stop, abort, running } = setUp(untilEnded);
    stop.abort();
    expect(events).toEqual([memory]);
    abort.abort();
    expect(await running).toEqual({ status: "stopped" });
    expect(events).toEqual([memory]);
  });

  test("that is abandoned emits nothing more, not even a memory", async () => {
    const { events, stop, abort, running } = setUp(untilEnded);
    abort.abort();
    stop.abort();
    expect(await running).toEqual({ status: "abandoned" });
    expect(events).toEqual([]);
  });

  test("whose server fails ends the call behind it", async () => {
    let signal: AbortSignal | undefined;
    const { running } = setUp(async (_listener, ended) => {
      signal = ended.signal;
      throw new Error("the sink is gone");
    });
    await expect(running).rejects.toThrow("the sink is gone");
    expect(signal?.aborted).toBe(true);
  });
});
