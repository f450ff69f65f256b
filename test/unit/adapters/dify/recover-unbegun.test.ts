import { describe, expect, test } from "@jest/globals";
import { makeAnswerMachine } from "#adapters/dify/answer-machine.ts";
import type { BeginCheck } from "#adapters/dify/begin-check.ts";
import { readReference, writeMemory } from "#adapters/dify/dify-ids.ts";
import { toDifyQuestion } from "#adapters/dify/dify-request.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import type { FoundQuestion } from "#adapters/dify/find-question.ts";
import type { RunState } from "#adapters/dify/look-up-answer.ts";
import { readPausedRun } from "#adapters/dify/paused-run.ts";
import { makeRecoverUnbegun } from "#adapters/dify/recover-unbegun.ts";
import { failed } from "#adapters/model-api/failures.ts";
import type { AnswerEvent } from "#core/answer/answer.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { questionOf } from "./dify-calls.ts";

const deadlineMs = 840_000;
const mayBeAskedAgain = { code: "unavailable", retryable: true, detail: "ended before the first event" };

/** A stream that has ended before its first event. `states`: the message, by the second from which Dify has it so. */
const setUp = ({
  states = {} as Readonly<Record<number, RunState>>,
  isDetached = true,
  type = "dify_chatflow" as DifyType,
  beginCheck = { hasPassed: true, ask: async () => undefined } as BeginCheck,
} = {}) => {
  const clock = makeTestClock();
  const start = clock.now();
  const looks: number[] = [];
  const lost = new AbortController();
  const findQuestion = async (): Promise<FoundQuestion | undefined> => {
    const second = (clock.now() - start) / 1000;
    looks.push(second);
    const [, state] = Object.entries(states).findLast(([from]) => Number(from) <= second) ?? [];
    return state && { conversationId: "c1", messageId: "m1", state };
  };
  const question = toDifyQuestion(questionOf({ integration: difyIntegration({ type }) }));
  const machine = makeAnswerMachine(question);
  const events: AnswerEvent[] = [];
  const recover = makeRecoverUnbegun({ findQuestion, clock, timeouts: difyTimeouts });
  const outcome = recover(
    { question, machine, since: 0, isDetached, beginCheck },
    (event) => void events.push(event),
    { deadline: start + deadlineMs, signal: lost.signal },
  );
  return { clock, looks, events, outcome, lost, types: () => events.map(({ type: each }) => each) };
};

const running: RunState = { status: "running" };
const answered: RunState = { status: "answered", text: "Hi.", more: [] };

describe("a queued run whose stream was cut", () => {
  test("is looked for more and more rarely, until it has its answer", async () => {
    const { clock, looks, events, outcome } = setUp({ states: { 60: running, 150: answered } });
    await clock.advance(200_000);
    expect(await outcome).toEqual({ status: "answered" });
    expect(looks).toEqual([0, 2, 6, 14, 30, 60, 90, 120, 150]);
    expect(events).toMatchObject([
      { type: "begun" },
      { type: "memory", memory: writeMemory({ conversationId: "c1", user: "u7" }), startsNew: true },
      { type: "delta", text: "Hi." },
    ]);
    const [begun] = events;
    expect(begun?.type === "begun" && readReference(begun.reference)).toMatchObject({ messageId: "m1" });
  });

  test("is known to have begun before it has its answer, so that its conversation is kept", async () => {
    const { clock, types } = setUp({ states: { 0: running } });
    await clock.advance(1_000);
    expect(types()).toEqual(["begun", "memory"]);
  });

  test("is looked for until the deadline, and the question is not asked again", async () => {
    const { clock, looks, outcome } = setUp();
    await clock.advance(deadlineMs);
    expect(await outcome).toMatchObject({ status: "failed", code: "timeout", retryable: false });
    expect(looks.at(-1)).toBeGreaterThan(deadlineMs / 1000 - 31);
  });

  test("that waits for a person can be continued", async () => {
    const form = { form_id: "f1", form_token: "token", actions: [], inputs: [] };
    const paused: RunState = {
      status: "paused",
      text: "Before.",
      forms: [{ ...form, form_content: "Approve?", resolved_default_values: {} }],
      runId: "r1",
    };
    const { outcome, types } = setUp({ states: { 0: paused } });
    const ended = await outcome;
    expect(types()).toEqual(["begun", "memory", "delta"]);
    expect(ended.status === "paused" && readPausedRun(ended.pause.reference ?? "")).toMatchObject({
      runId: "r1",
      messageId: "m1",
      asked: ["f1"],
    });
  });

  test("ends as its message says", async () => {
    const outcome = failed("model", false, "run failed");
    const failure = setUp({ states: { 0: { status: "ended", outcome } } });
    expect(await failure.outcome).toEqual(outcome);
  });

  test("is not waited for if Dify says that it cannot begin", async () => {
    const refusal = failed("refused", false, "input nick: required");
    const { outcome } = setUp({ beginCheck: { hasPassed: false, ask: async () => refusal } });
    expect(await outcome).toEqual(refusal);
  });

  test("is not looked for by a worker that has lost the turn", async () => {
    const { clock, looks, outcome, lost } = setUp();
    await clock.advance(1_000);
    lost.abort();
    await clock.advance(60_000);
    await outcome;
    expect(looks).toEqual([0]);
  });
});

describe("a run that ends with its client, such as a chat app's", () => {
  test("may have its answer if it was about to end", async () => {
    const { clock, outcome, types } = setUp({ isDetached: false, states: { 0: running, 5: answered } });
    await clock.advance(20_000);
    expect(await outcome).toEqual({ status: "answered" });
    expect(types()).toEqual(["begun", "memory", "delta"]);
  });

  test("is looked for until Dify must have noticed, and may be asked again, in the conversation that it had", async () => {
    const { clock, outcome, looks, types } = setUp({ isDetached: false, states: { 0: running } });
    await clock.advance(20_000);
    expect(await outcome).toMatchObject(mayBeAskedAgain);
    expect(looks).toEqual([0, 2, 6]);
    expect(types()).toEqual([]);
  });
});

test.each(["dify_workflow", "dify_completion"] as const)(
  "a run of %s, which Dify does not list, may be asked again at once",
  async (type) => {
    const { outcome, looks } = setUp({ type });
    expect(await outcome).toMatchObject(mayBeAskedAgain);
    expect(looks).toEqual([]);
  },
);
