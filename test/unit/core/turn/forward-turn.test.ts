import { describe, expect, test } from "@jest/globals";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import type { AnswerSink } from "#core/answer/answer-sink.ts";
import type { Model, Question } from "#core/answer/model.ts";
import { sentences } from "#core/answer/sentences.ts";
import type { IntegrationOptions } from "#core/bot/options.ts";
import { type Conversation, conversationLifeMs } from "#core/turn/conversation.ts";
import { makeForwardTurn } from "#core/turn/forward-turn.ts";
import type { TurnReport } from "#core/turn/stream-answer.ts";
import type { Turn } from "#core/turn/turn.ts";
import { makeMemoryConversations } from "../../../support/memory-conversations.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { sameModel } from "../../../support/models.ts";
import { makeRecordingSink } from "../../../support/recording-sink.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { difyIntegration, messageEvent, turn } from "../../../support/turns.ts";

interface Answer {
  readonly events?: readonly AnswerEvent[];
  readonly outcome: AnswerOutcome;
}

const answered: AnswerOutcome = { status: "answered" };
const down: AnswerOutcome = { status: "failed", code: "unavailable", retryable: true, detail: "unreachable" };
const refused: AnswerOutcome = { status: "failed", code: "refused", retryable: false, detail: "HTTP 401" };
const lost: AnswerOutcome = {
  status: "failed",
  code: "conversation_lost",
  retryable: false,
  detail: "HTTP 404",
};
const begun: AnswerEvent = { type: "begun", reference: "its name" };
const memory = (text: string): AnswerEvent => ({ type: "memory", memory: text });
const delta = (text: string): AnswerEvent => ({ type: "delta", text });

/** A model that gives these answers, one per call, repeating the last. */
const setUp = (answers: readonly Answer[], kept?: Partial<Conversation>) => {
  const clock = makeTestClock();
  const log = makeMemoryLog();
  const questions: Question[] = [];
  const before = kept && { memory: "old", startedAt: 0, expiresAt: Infinity, ...kept };
  const conversations = makeMemoryConversations(clock, before);
  const ask: Model["ask"] = async (question, listener) => {
    const answer = answers[Math.min(questions.length, answers.length - 1)];
    questions.push(question);
    for (const event of answer?.events ?? []) await listener(event);
    return answer?.outcome ?? answered;
  };
  const forwardWith = (model: Model) =>
    makeForwardTurn({ conversations, models: sameModel(model), clock, log, newToken: () => "token-one" });
  const forward = forwardWith({ ask });
  const forwardTurn = async (given: Turn, sink: AnswerSink, limits = noLimits()): Promise<TurnReport> => {
    const report = await forward(given, { sink }, limits);
    if (report.status !== "ended") throw new Error(`the turn is ${report.status}`);
    return report;
  };
  const stored = conversations.kept;
  return {
    forward,
    forwardWith,
    forwardTurn,
    conversations,
    clock,
    log,
    questions,
    stored,
    sink: makeRecordingSink(),
  };
};

describe("a turn", () => {
  test("sends each delta to the sink in order and ends it once", async () => {
    const { forwardTurn, sink } = setUp([
      { events: [begun, delta("Hel"), delta("lo"), delta("")], outcome: answered },
    ]);
    const report = await forwardTurn(turn(), sink);
    expect(sink.calls).toEqual([{ delta: "Hel" }, { delta: "lo" }, { end: { status: "complete" } }]);
    expect(report).toMatchObject({ outcome: answered, delivery: { status: "delivered" }, modelCalls: 1 });
  });

  test("asks with the user's text, the message, its bot without its integrations, and no memory the first time", async () => {
    const { forwardTurn, sink, questions } = setUp([{ events: [delta("hi")], outcome: answered }]);
    await forwardTurn(turn(), sink);
    const { bot, event, integration } = turn();
    const { userId, name, type, profileUrl, metadata } = bot;
    const asked = { userId, name, type, profileUrl, metadata };
    expect(questions).toEqual([
      { integration, bot: asked, event, text: "hello", files: [], memory: undefined },
    ]);
  });

  test("passes a delta on within the model's own call, without awaiting anything in between", () => {
    const { sink, forwardWith } = setUp([]);
    let shownAtOnce = "";
    const ask: Model["ask"] = async (_question, listener) => {
      expect(listener(begun)).toBeUndefined();
      expect(listener(memory("new"))).toBeUndefined();
      expect(listener(delta("first"))).toBeUndefined();
      shownAtOnce = sink.text();
      return answered;
    };
    return forwardWith({ ask })(turn(), { sink }, noLimits()).then(() => expect(shownAtOnce).toBe("first"));
  });

  test("a message without text is answered with a sentence, and no model is called", async () => {
    const { forwardTurn, sink, questions } = setUp([{ outcome: answered }]);
    await forwardTurn(turn({ event: messageEvent({ objectName: "RC:LBSMsg", content: "{}" }) }), sink);
    expect(sink.text()).toBe(sentences.unreadable);
    expect(questions).toHaveLength(0);
  });

  test("an answer without any text is not silence", async () => {
    const { forwardTurn, sink } = setUp([{ events: [begun], outcome: answered }]);
    const { outcome } = await forwardTurn(turn(), sink);
    expect(sink.text()).toBe(sentences.failed);
    expect(outcome).toMatchObject({ status: "failed", code: "empty" });
  });

  test("a replacement takes the place of the text so far", async () => {
    const { forwardTurn, sink } = setUp([
      { events: [delta("bad"), { type: "replace", text: "better" }], outcome: answered },
    ]);
    await forwardTurn(turn(), sink);
    expect(sink.calls).toEqual([{ delta: "bad" }, { replace: "better" }, { end: { status: "complete" } }]);
  });

  test("a paused answer says what it waits for", async () => {
    const paused = setUp([{ outcome: { status: "paused", pause: {} } }]);
    await paused.forwardTurn(turn(), paused.sink);
    expect(paused.sink.text()).toBe(sentences.paused);
  });
});

describe("the conversation", () => {
  test("is kept for 24 hours from the model's first memory of it", async () => {
    const { forwardTurn, sink, stored, clock } = setUp([
      { events: [begun, memory("new"), delta("x")], outcome: answered },
    ]);
    await forwardTurn(turn(), sink);
    const startedAt = clock.now();
    expect(stored).toEqual([{ memory: "new", startedAt, expiresAt: startedAt + conversationLifeMs }]);
  });

  test("continues in the next turn, and its 24 hours are not extended", async () => {
    const { forwardTurn, sink, questions, stored } = setUp(
      [{ events: [begun, delta("x"), memory("more")], outcome: answered }],
      { startedAt: 1, expiresAt: 9e15 },
    );
    await forwardTurn(turn(), sink);
    expect(questions[0]?.memory).toBe("old");
    expect(stored.at(-1)).toEqual({ memory: "more", startedAt: 1, expiresAt: 9e15 });
  });

  test("that the model itself replaces with a new one lives for 24 hours from then", async () => {
    const startsNew: AnswerEvent = { type: "memory", memory: "other", startsNew: true };
    const { forwardTurn, sink, stored, clock } = setUp(
      [{ events: [begun, startsNew, delta("x")], outcome: answered }],
      { startedAt: 1, expiresAt: 9e15 },
    );
    await forwardTurn(turn(), sink);
    const startedAt = clock.now();
    expect(stored.at(-1)).toEqual({
      memory: "other",
      startedAt,
      expiresAt: startedAt + conversationLifeMs,
    });
  });

  test("keeps the last of several memories, even if an earlier one takes longer to save", async () => {
    const { conversations, forwardTurn, sink, stored, clock } = setUp([
      { events: [memory("first"), memory("second"), delta("x")], outcome: answered },
    ]);
    const { begin } = conversations;
    conversations.begin = async (...given) => {
      await clock.sleep(1_000);
      return begin(...given);
    };
    const running = forwardTurn(turn(), sink);
    await clock.advance(1_000);
    await running;
    expect(stored.map((each) => each.memory)).toEqual(["first", "second"]);
    expect(conversations.closed).toHaveLength(1);
  });

  test("of which the model remembers nothing new stays unchanged", async () => {
    const { forwardTurn, sink, stored } = setUp([{ events: [begun, delta("x")], outcome: answered }], {});
    await forwardTurn(turn(), sink);
    expect(stored).toHaveLength(1);
  });

  test("that the model has lost is begun again, once, unnoticed by the user", async () => {
    const { forwardTurn, sink, questions, stored, clock } = setUp(
      [{ outcome: lost }, { events: [begun, memory("new"), delta("hi")], outcome: answered }],
      { startedAt: 1 },
    );
    await forwardTurn(turn(), sink);
    expect(questions.map((question) => question.memory)).toEqual(["old", undefined]);
    expect(stored.at(-1)).toMatchObject({ memory: "new", startedAt: clock.now() });
    expect(sink.text()).toBe("hi");
  });

  const dead: AnswerOutcome = { ...refused, mayNeedNewConversation: true };

  test("that fails in a way that a new one may not is begun again, once, unseen by the user", async () => {
    const { forwardTurn, sink, questions, stored } = setUp(
      [{ outcome: dead }, { events: [begun, memory("new"), delta("hi")], outcome: answered }],
      {},
    );
    await forwardTurn(turn(), sink);
    expect(questions.map(({ memory: given }) => given)).toEqual(["old", undefined]);
    expect(sink.text()).toBe("hi");
    expect(stored.at(-1)).toMatchObject({ memory: "new" });
  });

  test("that is no better when it is begun again is kept", async () => {
    const { forwardTurn, sink, questions, stored } = setUp(
      [{ outcome: dead }, { events: [begun, memory("new")], outcome: dead }],
      {},
    );
    const { outcome } = await forwardTurn(turn(), sink);
    expect(outcome).toEqual(dead);
    expect(questions).toHaveLength(2);
    expect(stored.at(-1)).toMatchObject({ memory: "old" });
  });

  test("that fails after its first text is not begun again", async () => {
    const { forwardTurn, sink, questions } = setUp([{ events: [begun, delta("hi")], outcome: dead }], {});
    await forwardTurn(turn(), sink);
    expect(questions).toHaveLength(1);
  });

  test("that is lost again without having been continued is a failure, not a loop", async () => {
    const { forwardTurn, sink, questions } = setUp([{ outcome: lost }], {});
    await forwardTurn(turn(), sink);
    expect(questions).toHaveLength(2);
    expect(sink.text()).toBe(sentences.failed);
  });

  test("is begun again once, even if the model remembers another and loses that too", async () => {
    const { forwardTurn, sink, questions } = setUp([{ events: [begun, memory("new")], outcome: lost }], {});
    await forwardTurn(turn(), sink);
    expect(questions).toHaveLength(2);
    expect(sink.text()).toBe(sentences.failed);
  });

  test("that could not be stored costs the context, not the answer", async () => {
    const { forwardTurn, conversations, sink, log } = setUp([
      { events: [begun, memory("new"), delta("hi")], outcome: answered },
    ]);
    conversations.begin = () => Promise.reject(new Error("throttled"));
    await forwardTurn(turn(), sink);
    expect(sink.text()).toBe("hi");
    expect(log.lines.map(({ event }) => event)).toContain("conversation_not_saved");
  });

  test("is extended by each answer if the integration says so, and only by an answer", async () => {
    const slidingTurn = turn({ integration: difyIntegration({ options: { slidingContext: true } }) });
    const answeredTurn = setUp([{ events: [begun, delta("x")], outcome: answered }], {});
    await answeredTurn.forwardTurn(slidingTurn, answeredTurn.sink);
    expect(answeredTurn.conversations.closed).toEqual([answeredTurn.clock.now() + conversationLifeMs]);
    const failedTurn = setUp([{ outcome: refused }], {});
    await failedTurn.forwardTurn(slidingTurn, failedTurn.sink);
    expect(failedTurn.conversations.closed).toEqual([undefined]);
  });

  test("in which another turn runs is waited for, and then left to that turn", async () => {
    const { forward, conversations, clock, sink, questions } = setUp([{ outcome: answered }]);
    conversations.take({ turnId: "another", token: "another", expiresAt: clock.now() + 60_000 });
    const busy = forward(turn(), { sink }, noLimits());
    await clock.advance(10_000);
    expect(await busy).toEqual({ status: "busy" });
    expect(questions).toEqual([]);
    expect(sink.calls).toEqual([]);
  });

  test("that another turn has taken over in the meantime gets no more text", async () => {
    const { conversations, clock, sink, forwardWith } = setUp([]);
    const ask: Model["ask"] = async (_question, listener, { signal }) => {
      await listener(delta("mine"));
      conversations.take({ turnId: "another", token: "another", expiresAt: clock.now() + 60_000 });
      await clock.sleep(20_000, signal);
      await listener(delta(" and theirs"));
      return signal.aborted ? { status: "abandoned" } : answered;
    };
    const report = forwardWith({ ask })(turn(), { sink }, noLimits());
    await clock.advance(30_000);
    expect(await report).toMatchObject({ outcome: { status: "abandoned" } });
    expect(sink.calls).toEqual([{ delta: "mine" }, { end: { status: "abandoned" } }]);
  });
});

describe("the text that a user reads", () => {
  const withOptions = (options: IntegrationOptions) => turn({ integration: difyIntegration({ options }) });

  test("contains no thought, unless the integration shows them", async () => {
    const answer = { events: [delta("<thi"), delta("nk>hm</think>"), delta("Hello.")], outcome: answered };
    const hides = setUp([answer]);
    await hides.forwardTurn(turn(), hides.sink);
    expect(hides.sink.text()).toBe("Hello.");
    const shows = setUp([answer]);
    await shows.forwardTurn(withOptions({ showThinking: true }), shows.sink);
    expect(shows.sink.text()).toBe("> hm\n\nHello.");
  });

  test("says that the bot cannot answer if the answer was only a thought", async () => {
    const { forwardTurn, sink } = setUp([{ events: [delta("<think>hm</think>\n")], outcome: answered }]);
    expect((await forwardTurn(turn(), sink)).outcome).toMatchObject({ status: "failed", code: "empty" });
    expect(sink.text()).toBe(sentences.failed);
  });

  test("is the team's own text if the model fails, once", async () => {
    const { forwardTurn, sink } = setUp([{ outcome: refused }]);
    await forwardTurn(withOptions({ errorText: "Please call 555." }), sink);
    expect(sink.calls).toMatchObject([{ end: { status: "failed", sentence: "Please call 555." } }]);
  });

  test("is the form if a run waits for a person", async () => {
    const { forwardTurn, sink } = setUp([
      {
        events: [delta("Checking.")],
        outcome: { status: "paused", pause: { notice: "May it go out?\nYes or no." } },
      },
    ]);
    await forwardTurn(turn(), sink);
    expect(sink.text()).toBe(`Checking.\n\n${sentences.paused}\n\n> May it go out?\n> Yes or no.`);
  });

  test("does not say to retry later if the model does not support the picture", async () => {
    const { forwardTurn, sink } = setUp([{ outcome: refused }]);
    const event = messageEvent({
      objectName: "RC:ImgMsg",
      content: '{"imageUri":"https://files.example/a.png"}',
    });
    await forwardTurn(turn({ event }), sink);
    expect(sink.text()).toBe(sentences.fileRefused);
  });

  test("says that the bot cannot answer if its whole text was withdrawn", async () => {
    const { forwardTurn, sink } = setUp([
      { events: [delta("bad"), { type: "replace", text: "" }], outcome: answered },
    ]);
    expect((await forwardTurn(turn(), sink)).outcome).toMatchObject({ code: "empty" });
    expect(sink.text()).toBe(sentences.failed);
  });

  test("has links to the files that the model made, which it resolves", async () => {
    const file = { url: "/a.png", name: "a.png", kind: "image" } as const;
    const { sink, forwardWith } = setUp([]);
    const model: Model = {
      ask: async (_question, listener) => {
        await listener({ type: "file", file });
        return answered;
      },
      resolveLink: ({ callbackUrl }, url) => `${callbackUrl}${url}`,
    };
    await forwardWith(model)(turn(), { sink }, noLimits());
    expect(sink.text()).toBe("![a.png](https://api.dify.ai/v1/a.png)");
  });

  describe("whose reader takes reasoning and files on their own", () => {
    const file = { url: "/a.png", name: "a.png", kind: "image" } as const;
    const thought: AnswerEvent = { type: "thought", text: "hm" };
    const shows = turn({ integration: difyIntegration({ options: { showThinking: true } }) });
    const makePartsSink = () => {
      const sink = makeRecordingSink();
      const parts: unknown[] = [];
      return {
        ...sink,
        parts,
        reasoning: (text: string) => void parts.push(text),
        file: (given: object) => void parts.push(given),
      };
    };

    test("has them apart from its text", async () => {
      const { forwardTurn } = setUp([
        { events: [thought, delta("Yes"), { type: "file", file }], outcome: answered },
      ]);
      const sink = makePartsSink();
      await forwardTurn(shows, sink);
      expect(sink.parts).toEqual(["hm", file]);
      expect(sink.text()).toBe("Yes");
    });

    test("is complete with a file alone, and has failed with reasoning alone", async () => {
      const drawn = setUp([{ events: [{ type: "file", file }], outcome: answered }]);
      expect((await drawn.forwardTurn(shows, makePartsSink())).outcome).toEqual(answered);
      const thinks = setUp([{ events: [thought], outcome: answered }]);
      expect((await thinks.forwardTurn(shows, makePartsSink())).outcome).toMatchObject({ code: "empty" });
    });

    test("is not asked for again once it has reasoning, which would come twice", async () => {
      const { forwardTurn, questions } = setUp([{ events: [thought], outcome: down }]);
      await forwardTurn(shows, makePartsSink());
      expect(questions).toHaveLength(1);
    });
  });

  test.each([
    ["length", [delta("Half")], `Half\n\n${sentences.length}`],
    ["content_filter", [delta("Half")], `Half\n\n${sentences.contentFilter}`],
    ["content_filter", [], sentences.contentFilterAll],
  ] as const)("says once that an answer ended early (%s)", async (reason, events, text) => {
    const { forwardTurn, sink, questions } = setUp([{ events, outcome: { status: "truncated", reason } }]);
    await forwardTurn(turn(), sink);
    expect(sink.text()).toBe(text);
    expect(questions).toHaveLength(1);
  });

  test("is followed by the answer's usage and sources", async () => {
    const facts = { usage: { totalTokens: 7 }, sources: [] };
    const { forwardTurn, sink } = setUp([
      { events: [delta("Hi."), { type: "facts", facts }], outcome: answered },
    ]);
    await forwardTurn(turn(), sink);
    expect(sink.calls.at(-1)).toEqual({ end: { status: "complete", facts } });
  });

  test("is that of a retry if the answer was cut off after a thought, since nothing was shown", async () => {
    const thought = { events: [delta("<think>hm")], outcome: down };
    const { forwardTurn, sink, clock } = setUp([thought, { events: [delta("Hello.")], outcome: answered }]);
    const running = forwardTurn(turn(), sink);
    await clock.advance(1_000);
    await running;
    expect(sink.calls).toEqual([{ delta: "Hello." }, { end: { status: "complete" } }]);
  });
});

describe("a model that fails", () => {
  test("is called six times within 20 seconds, then the user is told, once, and the reason is logged", async () => {
    const { forwardTurn, sink, questions, clock, log } = setUp([{ outcome: down }]);
    const start = clock.now();
    const running = forwardTurn(turn(), sink);
    await clock.advance(20_000);
    const report = await running;
    expect(questions).toHaveLength(6);
    expect(report.modelCalls).toBe(6);
    expect(clock.now() - start).toBeLessThanOrEqual(20_000);
    expect(sink.calls).toMatchObject([{ end: { status: "failed", sentence: sentences.failed } }]);
    expect(log.lines.filter(({ event }) => event === "model_failed")).toHaveLength(6);
  });

  test("and recovers is used as if nothing had happened", async () => {
    const { forwardTurn, sink, clock } = setUp([
      { outcome: down },
      { outcome: down },
      { events: [delta("back")], outcome: answered },
    ]);
    const running = forwardTurn(turn(), sink);
    await clock.advance(5_000);
    await running;
    expect(sink.calls).toEqual([{ delta: "back" }, { end: { status: "complete" } }]);
  });

  test("is called again no sooner than it asks for, and not at all if that is too long", async () => {
    const limited = (retryAfterMs: number): AnswerOutcome => ({ ...down, retryAfterMs });
    const soon = setUp([{ outcome: limited(7_000) }, { events: [delta("back")], outcome: answered }]);
    const running = soon.forwardTurn(turn(), soon.sink);
    await soon.clock.advance(6_900);
    expect(soon.questions).toHaveLength(1);
    await soon.clock.advance(200);
    await running;
    expect(soon.sink.text()).toBe("back");
    const late = setUp([{ outcome: limited(61_000) }]);
    await late.forwardTurn(turn(), late.sink);
    expect(late.questions).toHaveLength(1);
  });

  test("and always asks for a pause keeps the user waiting for a minute at most", async () => {
    const { forwardTurn, sink, questions, clock } = setUp([{ outcome: { ...down, retryAfterMs: 25_000 } }]);
    const start = clock.now();
    const running = forwardTurn(turn(), sink);
    await clock.advance(25_000);
    await clock.advance(25_000);
    await running;
    expect(questions).toHaveLength(3);
    expect(clock.now() - start).toBe(50_000);
    expect(sink.text()).toBe(sentences.failed);
  });

  test("permanently is called once", async () => {
    const { forwardTurn, sink, questions } = setUp([{ outcome: refused }]);
    await forwardTurn(turn(), sink);
    expect(questions).toHaveLength(1);
    expect(sink.text()).toBe(sentences.failed);
  });

  test.each([
    ["fails", down],
    ["breaks off", { status: "incomplete" } as const],
  ])(
    "after text was sent and then %s is not called again: the answer is closed with a sentence",
    async (_, end) => {
      const { forwardTurn, sink, questions } = setUp([{ events: [delta("half an ")], outcome: end }]);
      await forwardTurn(turn(), sink);
      expect(questions).toHaveLength(1);
      expect(sink.text()).toBe(`half an ${sentences.brokenOff}`);
    },
  );
});

describe("a turn's limits", () => {
  test("prevent an attempt that the deadline would cut off", async () => {
    const { forwardTurn, sink, questions, clock } = setUp([{ outcome: down }]);
    const running = forwardTurn(turn(), sink, noLimits({ deadline: clock.now() + 3_000 }));
    await clock.advance(10_000);
    await running;
    expect(questions).toHaveLength(3);
    expect(sink.text()).toBe(sentences.failed);
  });

  test("make a turn that was taken over send nothing more, not even its end", async () => {
    const { forwardTurn, sink } = setUp([{ events: [delta("half")], outcome: { status: "abandoned" } }]);
    await forwardTurn(turn(), sink);
    expect(sink.calls).toEqual([{ delta: "half" }, { end: { status: "abandoned" } }]);
  });
});

describe("a turn whose worker died", () => {
  const question = turn();
  const setUpEarlier = ({
    recovered,
    hasText = true,
  }: {
    readonly recovered: Answer | undefined;
    readonly hasText?: boolean;
  }) => {
    const given = setUp([{ events: [begun, delta("asked again")], outcome: answered }]);
    const recoveredBy: string[] = [];
    let restarts = 0;
    const ask: Model["ask"] = async (asked, listener) => {
      given.questions.push(asked);
      await listener(begun);
      await listener(delta("asked again"));
      return answered;
    };
    const recover: Required<Model>["recover"] = async (_question, reference, listener) => {
      recoveredBy.push(reference);
      for (const event of recovered?.events ?? []) await listener(event);
      return recovered?.outcome;
    };
    const run = async (model: Model) => {
      const restart = (): void => {
        restarts += 1;
      };
      const earlier = { reference: "its name", hasText, restart };
      const forwarding = given.forwardWith(model)(question, { sink: given.sink, earlier }, noLimits());
      await given.clock.advance(60_000);
      return forwarding;
    };
    return {
      ...given,
      recoveredBy,
      restarts: () => restarts,
      run: () => run({ ask, recover }),
      runWithoutRecover: () => run({ ask }),
    };
  };

  test("gets the answer that the model has, and asks nothing", async () => {
    const { run, sink, questions, recoveredBy, restarts } = setUpEarlier({
      recovered: { events: [begun, delta("the whole answer")], outcome: answered },
    });
    expect(await run()).toMatchObject({ outcome: answered, modelCalls: 0 });
    expect(sink.calls).toEqual([{ delta: "the whole answer" }, { end: { status: "complete" } }]);
    expect({ questions, recoveredBy, restarts: restarts() }).toEqual({
      questions: [],
      recoveredBy: ["its name"],
      restarts: 0,
    });
  });

  test("begins again if the model has no answer", async () => {
    const { run, sink, restarts } = setUpEarlier({ recovered: undefined });
    expect(await run()).toMatchObject({ outcome: answered, modelCalls: 1 });
    expect(restarts()).toBe(1);
    expect(sink.text()).toBe("asked again");
  });

  test("begins again with a model that cannot find it", async () => {
    const { runWithoutRecover, restarts, sink } = setUpEarlier({ recovered: undefined });
    await runWithoutRecover();
    expect(restarts()).toBe(1);
    expect(sink.text()).toBe("asked again");
  });

  test("that failed meanwhile ends as interrupted after its text, and is not asked again", async () => {
    const { run, sink, questions } = setUpEarlier({ recovered: { outcome: down } });
    expect(await run()).toMatchObject({ outcome: down });
    expect(questions).toEqual([]);
    expect(sink.calls).toEqual([
      { end: expect.objectContaining({ status: "failed", sentence: sentences.brokenOff }) },
    ]);
  });

  test("that failed before any text is asked again like any other", async () => {
    const { run, sink, questions } = setUpEarlier({ recovered: { outcome: down }, hasText: false });
    expect(await run()).toMatchObject({ outcome: answered, modelCalls: 1 });
    expect(questions).toHaveLength(1);
    expect(sink.text()).toBe("asked again");
  });
});
