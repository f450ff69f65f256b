import { describe, expect, test } from "@jest/globals";
import type { AnswerEvent } from "#core/answer/answer.ts";
import type { Model, PausedAnswer, Question, ResumeOutcome } from "#core/answer/model.ts";
import type { InputForm, Pause } from "#core/answer/pause.ts";
import { sentences } from "#core/answer/sentences.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import type { Turn } from "#core/turn/turn.ts";
import { makeMemoryConversations } from "../../../support/memory-conversations.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { sameModel } from "../../../support/models.ts";
import { makeRecordingSink } from "../../../support/recording-sink.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { messageEvent, turn } from "../../../support/turns.ts";

const hourMs = 60 * 60_000;
const clockStart = Date.UTC(2026, 0, 1);

const form: InputForm = {
  id: "f1",
  text: "Refund 20 EUR?",
  fields: [],
  actions: [
    { id: "ok", title: "Approve" },
    { id: "no", title: "Reject" },
  ],
  expiresAt: clockStart + hourMs,
};
const pause: Pause = { reference: "run one", form, expiresAt: clockStart + hourMs };
const delta = (text: string): AnswerEvent => ({ type: "delta", text });

/** A chat with a model that pauses at its first question; `resumed` are the results of continuing. */
const setUp = (...resumed: { events?: AnswerEvent[]; outcome: ResumeOutcome }[]) => {
  const clock = makeTestClock(clockStart);
  const conversations = makeMemoryConversations(clock);
  const questions: Question[] = [];
  const continued: PausedAnswer[] = [];
  let ids = 0;
  const model: Model = {
    ask: async (question, listener) => {
      questions.push(question);
      if (questions.length > 1) {
        listener(delta(`You said: ${question.text}`));
        return { status: "answered" };
      }
      listener(delta("I have asked."));
      return { status: "paused", pause };
    },
    resume: async (paused, listener) => {
      continued.push(paused);
      const { events = [], outcome } = resumed.shift() ?? { outcome: { status: "answered" } };
      for (const event of events) listener(event);
      return outcome;
    },
  };
  const forwardTurn = makeForwardTurn({
    conversations,
    models: sameModel(model),
    clock,
    log: makeMemoryLog(),
    newToken: () => {
      ids += 1;
      return `t${ids}`;
    },
  });
  const send = async (given: Partial<Turn>, sink = makeRecordingSink(), limits = noLimits()) => {
    const report = await forwardTurn(turn(given), { sink }, limits);
    return { report, sink, text: sink.text() };
  };
  let messages = 0;
  const say = async (text: string, sentAt?: number) => {
    await clock.advance(1_000);
    messages += 1;
    return send({
      id: `turn-${messages}`,
      event: messageEvent({ content: JSON.stringify({ content: text }) }),
      acceptedAt: sentAt ?? clock.now(),
    });
  };
  return { clock, conversations, questions, continued, send, say };
};

const approved = { events: [delta("Approved.")], outcome: { status: "answered" } } as const;

describe("a paused answer", () => {
  test("shows the form with its choices, and continues with the user's choice", async () => {
    const { say, continued } = setUp({ ...approved, events: [...approved.events] });
    const asked = await say("refund please");
    expect(asked.text).toBe(
      `I have asked.\n\nRefund 20 EUR?\n\n${sentences.chooseAction}\n\n1. Approve\n2. Reject\n\n${sentences.otherQuestion}`,
    );
    expect(asked.sink.calls.at(-1)).toMatchObject({ end: { status: "paused", form } });
    const { text, report } = await say("1");
    expect(text).toBe("Approved.");
    expect(report).toMatchObject({ status: "ended", outcome: { status: "answered" } });
    expect(continued).toMatchObject([
      { reference: "run one", input: { formId: "f1", action: "ok", values: {} } },
    ]);
  });

  test("says so if a reply is none of the choices, and is continued by the next", async () => {
    const { say, continued } = setUp();
    await say("refund please");
    expect((await say("maybe")).text).toContain(sentences.notAChoice);
    expect(continued).toEqual([]);
    await say("reject");
    expect(continued).toMatchObject([{ input: { action: "no" } }]);
  });

  test("whose form was not shown, since the answer was stopped just then, takes no replies", async () => {
    const { send, say, questions, continued } = setUp();
    const stop = new AbortController();
    const sink = makeRecordingSink();
    const { end } = sink;
    sink.end = async () => {
      stop.abort();
      return end({ status: "stopped", dropsRest: true });
    };
    await send({}, sink, noLimits({ stop: stop.signal }));
    expect((await say("1")).text).toBe("You said: 1");
    expect([questions.length, continued]).toEqual([2, []]);
  });

  test("lets the user ask something else in between", async () => {
    const { say, questions, continued } = setUp();
    await say("refund please");
    expect((await say("?what is it for")).text).toBe("You said: what is it for");
    expect(questions.at(-1)?.text).toBe("what is it for");
    await say("1");
    expect(continued).toHaveLength(1);
  });

  test("may pause again: then the next form is asked", async () => {
    const next: InputForm = { ...form, id: "f2", text: "Really?" };
    const { say, continued } = setUp(
      {
        events: [delta("Noted.")],
        outcome: { status: "paused", pause: { ...pause, reference: "run one again", form: next } },
      },
      { ...approved, events: [...approved.events] },
    );
    await say("refund please");
    expect((await say("1")).text).toMatch(/^Noted\.\n\nReally\?/);
    expect((await say("2")).text).toBe("Approved.");
    expect(continued.map(({ reference, input }) => [reference, input?.formId])).toEqual([
      ["run one", "f1"],
      ["run one again", "f2"],
    ]);
  });

  test("does not take a second choice that was sent before the answer to the first had arrived", async () => {
    const { say, clock, questions, continued } = setUp();
    await say("refund please");
    await say("1");
    expect((await say("1", clock.now())).text).toBe(sentences.alreadyAnswered);
    expect((await say("1")).text).toBe("You said: 1");
    expect([continued.length, questions.length]).toEqual([1, 2]);
  });

  test("is over when its form has expired", async () => {
    const { say, clock, continued } = setUp();
    await say("refund please");
    await clock.advance(hourMs);
    expect((await say("1")).text).toBe(sentences.formExpired);
    expect((await say("hello")).text).toBe("You said: hello");
    expect(continued).toEqual([]);
  });

  test.each([
    ["answered", sentences.alreadyAnswered],
    ["expired", sentences.formExpired],
  ] as const)("says that the form was %s if the model says so", async (reason, sentence) => {
    const { say } = setUp({ outcome: { status: "closed", reason } });
    await say("refund please");
    expect((await say("1")).text).toBe(sentence);
    expect((await say("hello")).text).toBe("You said: hello");
  });

  test("can be continued again if that failed", async () => {
    const { say, continued } = setUp({
      outcome: { status: "failed", code: "unavailable", retryable: true, detail: "HTTP 502" },
    });
    await say("refund please");
    expect((await say("1")).text).toBe(sentences.failed);
    await say("1");
    expect(continued).toHaveLength(2);
  });

  test("that ends without more text says that the input was accepted", async () => {
    const { say } = setUp({ outcome: { status: "answered" } });
    await say("refund please");
    expect((await say("1")).text).toBe(sentences.inputAccepted);
  });

  test("is forgotten with the conversation", async () => {
    const { say, send, conversations } = setUp();
    await say("refund please");
    await conversations.forget({} as never);
    expect((await say("1")).text).toBe("You said: 1");
    const { report } = await send({ continues: { by: "check", pauseId: "t2" } });
    expect(report).toEqual({ status: "not_continued", reason: "finished" });
  });
});

describe("a check", () => {
  const check = (pauseId: string) => ({ continues: { by: "check", pauseId } }) as const;

  test.each([true, false])("sends nothing while nothing is new (running: %s)", async (isRunning) => {
    const { say, send, conversations } = setUp({ outcome: { status: "waiting", isRunning } });
    const { report } = await say("refund please");
    const { id = "" } = (report.status === "ended" && report.paused) || {};
    const turns = conversations.closed.length;
    const checked = await send(check(id));
    expect(checked.report).toEqual({ status: "not_continued", reason: isRunning ? "running" : "waiting" });
    expect(checked.sink.calls).toEqual([]);
    expect(conversations.closed.length).toBeGreaterThan(turns);
  });

  test("brings the rest once somebody else has filled in the form", async () => {
    const { say, send, continued } = setUp({ ...approved, events: [...approved.events] });
    const { report } = await say("refund please");
    const { id = "" } = (report.status === "ended" && report.paused) || {};
    expect((await send(check(id))).text).toBe("Approved.");
    expect(continued).toMatchObject([{ reference: "run one", input: undefined }]);
    expect((await send(check(id))).report).toEqual({ status: "not_continued", reason: "finished" });
  });
});

describe("input by a client", () => {
  const input = { formId: "f1", action: "ok", values: {} };

  test("continues the turn that paused", async () => {
    const { say, send, continued } = setUp({ ...approved, events: [...approved.events] });
    await say("refund please");
    const { text } = await send({ id: "turn-1", continues: { by: "input", input } });
    expect(text).toBe("Approved.");
    expect(continued).toMatchObject([{ input }]);
  });

  test.each([
    ["of another turn", { id: "turn-2", continues: { by: "input", input } }],
    ["for another form", { id: "turn-1", continues: { by: "input", input: { ...input, formId: "f9" } } }],
  ] as const)("%s does nothing", async (_, given) => {
    const { say, send, continued } = setUp();
    await say("refund please");
    expect((await send(given)).report).toEqual({ status: "not_continued", reason: "finished" });
    expect(continued).toEqual([]);
  });
});
