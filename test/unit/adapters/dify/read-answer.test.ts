import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeAnswerMachine } from "#adapters/dify/answer-machine.ts";
import type { InputCheck } from "#adapters/dify/app-parameters.ts";
import { readMemory, writeMemory, writeReference } from "#adapters/dify/dify-ids.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import type { RunState } from "#adapters/dify/look-up-answer.ts";
import { type ReadAnswerPorts, readAnswer } from "#adapters/dify/read-answer.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import { type Read, readsOf, recordedStreams, recording, splitAt } from "../../../support/recordings.ts";
import { makeTestClock, type TestClock } from "../../../support/test-clock.ts";

/** What the look-up of a run that sent no ids returns. */
const unbegun: AnswerOutcome = {
  status: "failed",
  code: "unavailable",
  retryable: true,
  detail: "ended before the first event",
};

/** What a stream is read into, and a Dify that has the conversation and says that the run goes on. */
const fresh = () => ({
  machine: makeAnswerMachine({ user: "u7", conversationId: undefined }),
  findConversation: async (): Promise<"found" | "lost" | "unknown"> => "found",
  checkInputs: async (): Promise<InputCheck> => ({ status: "accepted" }),
  findRun: async (): Promise<RunState> => ({ status: "running" }),
  emitFound: async (): Promise<AnswerOutcome> => ({ status: "answered" }),
  recover: async (): Promise<AnswerOutcome> => ({ status: "incomplete" }),
  recoverUnbegun: async (): Promise<AnswerOutcome> => unbegun,
});

interface Collected {
  readonly outcome: AnswerOutcome;
  readonly text: string;
  readonly conversationId: string | undefined;
  readonly events: readonly AnswerEvent[];
}

const listen = () => {
  const events: AnswerEvent[] = [];
  const textSoFar = (): string =>
    events.reduce((text, event) => {
      if (event.type === "delta") return text + event.text;
      return event.type === "replace" ? event.text : text;
    }, "");
  const conversationIds = (): string[] =>
    events.flatMap((event) =>
      event.type === "memory" ? (readMemory(event.memory)?.conversationId ?? []) : [],
    );
  return { events, listener: (event: AnswerEvent) => void events.push(event), textSoFar, conversationIds };
};

const collect = async (
  pieces: Iterable<Buffer> | AsyncIterable<Buffer>,
  clock: TestClock = makeTestClock(),
) => {
  const collected = listen();
  const body = (async function* () {
    yield* pieces;
  })();
  const ended = new AbortController();
  const outcome = await readAnswer(body, {
    ...fresh(),
    clock,
    timeouts: difyTimeouts,
    deadline: Number.POSITIVE_INFINITY,
    listener: collected.listener,
    ended,
  });
  const [conversationId] = collected.conversationIds();
  return {
    outcome,
    text: collected.textSoFar(),
    conversationId,
    events: collected.events,
  } satisfies Collected;
};

const stream = (...events: object[]): Buffer =>
  Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));

/** A body that continues until the reader cancels it. */
const openBody = (pieces: Buffer[], ended: AbortController): AsyncIterable<Buffer> =>
  (async function* () {
    yield* pieces;
    await new Promise((_, reject) =>
      ended.signal.addEventListener("abort", () => reject(new Error("aborted"))),
    );
  })();

describe("a recorded stream", () => {
  const answer = "你好，you said: hi llm 👋";

  test.each<[string, AnswerOutcome["status"], string]>([
    ["0.15.3/agent-stream", "answered", "你好，you said: 2026 👋"],
    ["0.15.3/cf-echo-stream", "answered", "A: nick=Bob level=3 q=hello turn=0\nend"],
    ["0.15.3/cf-FAIL401", "failed", ""],
    ["0.15.3/chat-FAIL401", "failed", ""],
    ["1.12.1/cf-echo-stream", "answered", "A: nick=Bob level=3 q=hello turn=1\nend"],
    ["1.12.1/cf-llm-stream", "answered", answer],
    ["1.12.1/chat-stream", "answered", "你好，you said: hi 👋"],
    ["1.12.1/llm-chatflow-FAIL401", "failed", ""],
    ["1.12.1/wf-stream", "answered", "nick=Bob"],
    ["0.15.3/wf-stream", "answered", "nick=Bob"],
  ])("%s is %s with its text", async (name, status, text) => {
    const collected = await collect([recording(name).body]);
    expect(collected.outcome.status).toBe(status);
    expect(collected.text).toBe(text);
  });

  test.each(recordedStreams())("%s means the same however its bytes are split", async (_, { body }) => {
    const whole = await collect([body]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(body.length), { maxLength: 40 }), async (places) => {
        const { events: _pieces, ...collected } = await collect(splitAt(body, places));
        expect(whole).toMatchObject(collected);
      }),
      { numRuns: 20 },
    );
  });

  test("means the same when every byte arrives alone", async () => {
    const { body } = recording("1.12.1/cf-llm-stream");
    expect((await collect([...body].map((byte) => Buffer.from([byte])))).text).toBe(answer);
  });

  test("names its conversation once, at the first event that carries it", async () => {
    const { body } = recording("1.12.1/cf-llm-stream");
    const collected = listen();
    const ended = new AbortController();
    const ports = {
      ...fresh(),
      clock: makeTestClock(),
      timeouts: difyTimeouts,
      deadline: Number.POSITIVE_INFINITY,
      listener: collected.listener,
      ended,
    };
    await readAnswer(openBody([body], ended), ports);
    expect(collected.events[0]?.type).toBe("begun");
    expect(collected.conversationIds()).toEqual(["b4250487-1c1c-4257-8cb8-47cec568c5ca"]);
  });
});

describe("any bytes", () => {
  test("end in an outcome, never in an error", async () => {
    const line = fc.oneof(
      fc.json().map((json) => `data: ${json}\n\n`),
      fc.string().map((text) => `data: ${text}\n`),
      fc.constantFrom(
        "event: ping\n\n",
        'data: {"event":"message"}\n\n',
        'data: {"event":"message","answer":7}\n\n',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            line.map((text) => Buffer.from(text)),
            fc.uint8Array().map(Buffer.from),
          ),
        ),
        async (pieces) => {
          expect(["answered", "failed", "stopped", "paused", "incomplete"]).toContain(
            (await collect(pieces)).outcome.status,
          );
        },
      ),
    );
  });
});

const message = (answer: string) => ({ event: "message", conversation_id: "c1", answer });
const started = { event: "workflow_started", conversation_id: "c1" };
const finished = (status: string) => ({
  event: "workflow_finished",
  conversation_id: "c1",
  data: { status },
});
const messageEnd = { event: "message_end", conversation_id: "c1" };

describe("every ending", () => {
  test.each<[string, object[], AnswerOutcome["status"], string]>([
    ["message_end, then EOF", [message("hi"), messageEnd], "answered", "hi"],
    [
      "workflow_finished, then message_end (to 1.12)",
      [started, message("hi"), finished("succeeded"), messageEnd],
      "answered",
      "hi",
    ],
    ["workflow_finished alone (1.13.0)", [started, message("hi"), finished("succeeded")], "answered", "hi"],
    [
      "message_end, then workflow_finished (from 1.13.1)",
      [started, message("hi"), messageEnd, finished("succeeded")],
      "answered",
      "hi",
    ],
    ["partly succeeded", [started, message("hi"), finished("partial-succeeded")], "answered", "hi"],
    [
      "a replacement between the two end events",
      [
        started,
        message("bad"),
        finished("succeeded"),
        { event: "message_replace", answer: "good" },
        messageEnd,
      ],
      "answered",
      "good",
    ],
    ["annotation or moderation without a workflow", [message("canned"), messageEnd], "answered", "canned"],
    [
      "an error event",
      [message("hi"), { event: "error", code: "completion_request_error", status: 400 }],
      "failed",
      "hi",
    ],
    [
      "an error without a code (from 1.15)",
      [{ event: "error", status: 500, message: "nick is required" }],
      "failed",
      "",
    ],
    ["a failed run without its error (from 1.13)", [started, finished("failed")], "failed", ""],
    ["a stopped run", [started, message("so"), finished("stopped")], "stopped", "so"],
    [
      "a run that waits for a person",
      [started, { event: "human_input_required" }, { event: "workflow_paused" }],
      "paused",
      "",
    ],
    ["EOF before any end", [message("half")], "incomplete", "half"],
    ["EOF before Dify has named the turn, pings or not", [], "failed", ""],
    [
      "the New Agent's final repetition",
      [
        { event: "agent_message", answer: "hel" },
        { event: "agent_message", answer: "lo" },
        message("hello"),
        messageEnd,
      ],
      "answered",
      "hello",
    ],
    [
      "text under the name of a file",
      [message("see "), { event: "message_file", answer: "this" }, messageEnd],
      "answered",
      "see this",
    ],
    [
      "the New Agent's final message that continues after the pieces",
      [{ event: "agent_message", answer: "hel" }, message("hello"), messageEnd],
      "answered",
      "hello",
    ],
    [
      "ids and other metadata that are malformed",
      [
        { event: "message", conversation_id: null, task_id: 7, answer: "hi" },
        { event: "message_end", conversation_id: 7, metadata: [], files: "none" },
      ],
      "answered",
      "hi",
    ],
    [
      "a workflow whose text is replaced",
      [
        { event: "workflow_started" },
        { event: "text_chunk", data: { text: "bad" } },
        { event: "text_replace", data: { text: "good" } },
        { event: "workflow_finished", data: { status: "succeeded" } },
      ],
      "answered",
      "good",
    ],
    [
      "a conversation that a worker of Dify did not find",
      [{ event: "error", status: 500, message: "Conversation Not Exists." }],
      "failed",
      "",
    ],
    [
      "thoughts, which repeat the answer",
      [{ event: "agent_thought", thought: "hi" }, { event: "agent_message", answer: "hi" }, messageEnd],
      "answered",
      "hi",
    ],
    [
      "a workflow's text chunks",
      [
        { event: "workflow_started" },
        { event: "text_chunk", data: { text: "hi" } },
        { event: "workflow_finished", data: { status: "succeeded" } },
      ],
      "answered",
      "hi",
    ],
  ])("%s", async (_, events, status, text) => {
    const collected = await collect([stream(...events)]);
    expect(collected.outcome.status).toBe(status);
    expect(collected.text).toBe(text);
  });

  const eventsOf = async (...events: object[]) => (await collect([stream(...events)])).events;

  test("emits the form that a run waits with", async () => {
    const form = { event: "human_input_required", data: { form_content: "May it go out?" } };
    const { outcome } = await collect([stream(started, form, { event: "workflow_paused" })]);
    expect(outcome).toMatchObject({ status: "paused", pause: { notice: "May it go out?" } });
  });

  test("names the turn and its conversation once, at the first event that carries their ids", async () => {
    const ids = { conversation_id: "c1", message_id: "m1", task_id: "t1" };
    const events = await eventsOf({ event: "message", answer: "hi", ...ids }, { ...messageEnd, ...ids });
    expect(events.slice(0, 3)).toEqual([
      { type: "begun", reference: writeReference({ taskId: "t1", messageId: "m1", user: "u7" }) },
      { type: "memory", memory: writeMemory({ conversationId: "c1", user: "u7" }), startsNew: true },
      { type: "delta", text: "hi" },
    ]);
    expect(events.map(({ type }) => type)).toEqual(["begun", "memory", "delta", "facts"]);
  });

  test("emits an answer's usage and sources", async () => {
    const usage = {
      prompt_tokens: 9,
      completion_tokens: 7,
      total_tokens: 16,
      total_price: "0E-7",
      currency: "USD",
    };
    const source = {
      dataset_name: "Handbook",
      document_name: "a.pdf",
      content: "We open at 9.",
      score: 0.9,
      position: 1,
    };
    const end = { ...messageEnd, metadata: { usage, retriever_resources: [source, 7] } };
    expect((await eventsOf(message("hi"), end)).at(-1)).toEqual({
      type: "facts",
      facts: {
        usage: { promptTokens: 9, completionTokens: 7, totalTokens: 16, totalPrice: "0E-7", currency: "USD" },
        sources: [{ dataset: "Handbook", document: "a.pdf", content: "We open at 9.", score: 0.9 }],
      },
    });
  });

  test("emits the files that the app made, and not those that the user sent", async () => {
    const file = { event: "message_file", type: "image", url: "/files/a.png" };
    const events = await eventsOf(
      started,
      { ...file, belongs_to: "user" },
      { ...file, belongs_to: "assistant" },
      { ...messageEnd, files: [{ remote_url: "/files/b.pdf", filename: "b.pdf", type: "document" }, {}] },
    );
    expect(events.filter(({ type }) => type === "file")).toEqual([
      { type: "file", file: { url: "/files/a.png", name: undefined, kind: "image" } },
      { type: "file", file: { url: "/files/b.pdf", name: "b.pdf", kind: "document" } },
    ]);
  });

  test("of a chat does not repeat the user's own picture, as recorded", async () => {
    const { events, text } = await collect([recording("1.16.1/P28d-chatvision").body]);
    expect(text).toMatch(/^F: \[/);
    expect(events.map(({ type }) => type)).not.toContain("file");
  });

  test("emits the files among a workflow's outputs, alone or in an array", async () => {
    const file = {
      dify_model_identity: "__dify__file__",
      url: "/files/c.png",
      filename: "c.png",
      type: "image",
    };
    const outputs = { one: file, more: [{ ...file, filename: "d.png" }], text: "Here." };
    const events = await eventsOf(
      { event: "workflow_started", task_id: "t1" },
      { event: "workflow_finished", data: { status: "succeeded", outputs, total_tokens: 5 } },
    );
    expect(events.map((event) => (event.type === "file" ? event.file.name : event.type))).toEqual([
      "begun",
      "delta",
      "c.png",
      "d.png",
      "facts",
    ]);
  });

  test("emits thoughts that Dify separates from the answer", async () => {
    const chunk = {
      event: "reasoning_chunk",
      conversation_id: "c1",
      data: { reasoning: "hm", is_final: false },
    };
    expect(await eventsOf(chunk, message("hi"), messageEnd)).toContainEqual({ type: "thought", text: "hm" });
  });

  test("a stream that ends before Dify has named the turn is retryable: nothing has begun", async () => {
    for (const bytes of ["", "event: ping\n\n"]) {
      expect((await collect([Buffer.from(bytes)])).outcome).toMatchObject({
        code: "unavailable",
        retryable: true,
      });
    }
  });

  test("emits a chatflow's files even if the end of its message is lost (1.13.0)", async () => {
    const file = {
      dify_model_identity: "__dify__file__",
      url: "/files/c.png",
      filename: "c.png",
      type: "image",
    };
    const end = {
      ...finished("succeeded"),
      data: { status: "succeeded", outputs: { answer: "hi", files: [file] } },
    };
    const events = await eventsOf(started, message("hi"), end);
    expect(events.filter(({ type }) => type === "file")).toEqual([
      { type: "file", file: { url: "/files/c.png", name: "c.png", kind: "image" } },
    ]);
  });

  test("only an overload within a stream is retryable", async () => {
    const outcomeOf = async (code: string) => (await collect([stream({ event: "error", code })])).outcome;
    expect(await outcomeOf("too_many_requests")).toMatchObject({ status: "failed", retryable: true });
    expect(await outcomeOf("rate_limit_error")).toMatchObject({ status: "failed", retryable: true });
    expect(await outcomeOf("internal_server_error")).toMatchObject({ status: "failed", retryable: false });
  });

  test("gives the logs a code, and none of Dify's text", async () => {
    const error = {
      event: "error",
      code: "provider_error",
      message: "key sk-123 at http://10.0.0.7 refused",
    };
    expect(JSON.stringify((await collect([stream(error)])).outcome)).not.toMatch(/sk-123|10\.0\.0\.7/);
  });
});

describe("a node that failed and was given another value", () => {
  test.each([
    ["1.16.1/errbranch", "R: FALLBACK", true],
    ["1.16.1/errbranch-2", "R: FALLBACK", true],
    ["1.14.2/errbranch-2", "R: FALLBACK", true],
    // It had said nothing yet.
    ["1.16.1/errbranch-0", "R: FALLBACK", false],
  ])("ends with the right text, in place of what was streamed: %s", async (name, text, isReplaced) => {
    const { outcome, events, ...collected } = await collect([recording(name).body]);
    expect({ outcome, text: collected.text }).toEqual({ outcome: { status: "answered" }, text });
    expect(events.filter(({ type }) => type === "replace")).toHaveLength(isReplaced ? 1 : 0);
  });

  const partly = (answer: string) => ({
    event: "workflow_finished",
    conversation_id: "c1",
    data: { status: "partial-succeeded", outputs: { answer, files: [] } },
  });

  test("adds only the rest where the right text goes on", async () => {
    const { events, text } = await collect([
      stream(started, message("R: "), messageEnd, partly("R: FALLBACK")),
    ]);
    expect(text).toBe("R: FALLBACK");
    expect(events.map(({ type }) => type)).not.toContain("replace");
  });

  test.each([
    [
      "is the outputs', if a model's text was sent and it was tried again",
      "llm",
      "Paris is it.",
      "Paris is it.",
    ],
    ["is what was sent, if a node without text was tried again", "tool", "Paris is it.", "ParParis is it."],
  ])("%s, although the run succeeded (up to about 1.8)", async (_what, node_type, answer, text) => {
    const succeeded = {
      event: "workflow_finished",
      conversation_id: "c1",
      data: { status: "succeeded", outputs: { answer } },
    };
    const retry = { event: "node_retry", conversation_id: "c1", data: { node_type } };
    const body = stream(started, message("Par"), retry, message("Paris is it."), succeeded, messageEnd);
    expect(await collect([body])).toMatchObject({ outcome: { status: "answered" }, text });
  });

  test.each([
    [
      "a chatflow that goes on without its client (from 1.13 on)",
      { ...started, workflow_run_id: "r1", data: { reason: "initial" } },
      "c1",
    ],
    ["a workflow, whose outputs are not one text", { event: "workflow_started", task_id: "t1" }, undefined],
  ])("is what was sent of %s, although a model was tried again", async (_what, start, conversation_id) => {
    const retry = { event: "node_retry", conversation_id, data: { node_type: "llm" } };
    const chunk = (text: string) =>
      conversation_id === undefined ? { event: "text_chunk", data: { text } } : message(text);
    const outputs = { z: "Two.", a: "One. ", debug: "internal" };
    const end = { event: "workflow_finished", conversation_id, data: { status: "succeeded", outputs } };
    const { events, text } = await collect([
      stream(start, chunk("One. "), retry, chunk("Two."), end, messageEnd),
    ]);
    expect(text).toBe("One. Two.");
    expect(events.map(({ type }) => type)).not.toContain("replace");
  });

  test("is that of moderation, which takes its time after the run's end (before 1.13)", async () => {
    const clock = makeTestClock();
    const collected = listen();
    const body = (async function* () {
      yield stream(started, message("forbidden"), finished("succeeded"));
      await clock.sleep(8_000);
      yield stream({ event: "message_replace", conversation_id: "c1", answer: "Withheld." }, messageEnd);
    })();
    const ended = new AbortController();
    const ports = { ...fresh(), clock, timeouts: difyTimeouts, deadline: Number.POSITIVE_INFINITY, ended };
    const outcome = readAnswer(body, { ...ports, listener: collected.listener });
    await clock.advance(9_000);
    expect(await outcome).toEqual({ status: "answered" });
    expect(collected.textSoFar()).toBe("Withheld.");
  });

  test("is that of moderation, which stops the run in the middle", async () => {
    const replaced = { event: "message_replace", conversation_id: "c1", answer: "I cannot say that." };
    const { outcome, text } = await collect([
      stream(started, message("forbidden"), replaced, finished("stopped"), messageEnd),
    ]);
    expect({ outcome, text }).toEqual({ outcome: { status: "answered" }, text: "I cannot say that." });
  });

  test("keeps what moderation has replaced, which the outputs do not have", async () => {
    const replaced = { event: "message_replace", answer: "Withheld." };
    const collected = await collect([stream(started, message("bad"), replaced, messageEnd, partly("bad"))]);
    expect(collected.text).toBe("Withheld.");
  });

  test("is waited for longer than a second, since its text stands in the run's end", async () => {
    const clock = makeTestClock();
    const ended = new AbortController();
    const collected = listen();
    const body = (async function* () {
      yield stream(started, message("bro"), { event: "node_retry", data: {} }, message("R"), messageEnd);
      await clock.sleep(5_000);
      yield stream(partly("R"));
    })();
    const ports = { ...fresh(), clock, timeouts: difyTimeouts, deadline: Number.POSITIVE_INFINITY, ended };
    const outcome = readAnswer(body, { ...ports, listener: collected.listener });
    await clock.advance(6_000);
    expect(await outcome).toEqual({ status: "answered" });
    expect(collected.textSoFar()).toBe("R");
  });
});

describe("text that repeats what was said", () => {
  const agent = (answer: string) => ({ event: "agent_message", conversation_id: "c1", answer });
  const replaced = (answer: string) => ({ event: "message_replace", conversation_id: "c1", answer });

  test.each<[string, object[], string, boolean]>([
    ["a replacement that repeats it adds nothing", [message("hello"), replaced("hello")], "hello", false],
    ["a replacement that continues it adds the rest", [message("hel"), replaced("hello")], "hello", false],
    ["a replacement that differs takes its place", [message("damn"), replaced("****")], "****", true],
    [
      "pieces after an agent's are new text",
      [agent("Let me look. "), message("It is "), message("42.")],
      "Let me look. It is 42.",
      false,
    ],
    [
      "one piece after an agent's, much shorter, is new text",
      [agent("Let me look that up for you. "), message("42.")],
      "Let me look that up for you. 42.",
      false,
    ],
    [
      "an agent's closing message that repeats what it said after its last tool adds nothing",
      [
        agent("I look up the order, then the stock of both warehouses. "),
        agent("Three are left."),
        message("Three are left.\n"),
      ],
      "I look up the order, then the stock of both warehouses. Three are left.",
      false,
    ],
    [
      "an agent's closing message in other words takes its place",
      [agent("Let me  look."), message("Let me look!")],
      "Let me look!",
      true,
    ],
    [
      "an agent's closing message after an empty one is said once",
      [agent("hello"), message(""), message("hello")],
      "hello",
      false,
    ],
    [
      "an agent's closing message after pieces is said once",
      [agent("One. "), message("Two. "), message("Three."), message("One. Two. Three.")],
      "One. Two. Three.",
      false,
    ],
    [
      "an agent goes on after a piece",
      [agent("One. "), message("Two. "), agent("Three.")],
      "One. Two. Three.",
      false,
    ],
  ])("%s", async (_, events, text, isReplaced) => {
    const collected = await collect([stream(...events, messageEnd)]);
    expect(collected.text).toBe(text);
    expect(collected.events.some(({ type }) => type === "replace")).toBe(isReplaced);
  });

  test("that moderation took back stays taken back, whatever the outputs say", async () => {
    const run = {
      event: "workflow_finished",
      conversation_id: "c1",
      data: { status: "succeeded", outputs: { answer: "damn" } },
    };
    expect((await collect([stream(started, message("damn"), replaced(""), messageEnd, run)])).text).toBe("");
  });

  test("is not lost where the stream breaks off before its end", async () => {
    const collected = await collect([stream(agent("Let me look. "), message("It is 42."))]);
    expect(collected).toMatchObject({ outcome: { status: "incomplete" }, text: "Let me look. It is 42." });
  });

  test("stands in a chatflow's outputs alone", async () => {
    const finishedWith = {
      event: "workflow_finished",
      conversation_id: "c1",
      data: { status: "succeeded", outputs: { answer: "Only here", files: [] } },
    };
    expect((await collect([stream(started, messageEnd, finishedWith)])).text).toBe("Only here");
    expect((await collect([stream(started, finishedWith, messageEnd)])).text).toBe("Only here");
  });
});

test("an end whose metadata hold numbers that JSON does not have is an end", async () => {
  const end = `data: ${JSON.stringify({ ...messageEnd, metadata: { usage: { latency: 0 } } })}\n\n`;
  const collected = await collect([stream(message("hi")), Buffer.from(end.replace(":0}", ":NaN}"))]);
  expect(collected).toMatchObject({ outcome: { status: "answered" }, text: "hi" });
});

describe("after its end", () => {
  test("an answer is whole, whatever error the server still sends", async () => {
    const events = [started, message("hi"), messageEnd, { event: "error", code: "internal_server_error" }];
    expect((await collect([stream(...events)])).outcome).toEqual({ status: "answered" });
  });

  test("a failed run stays failed", async () => {
    const { outcome } = await collect([stream(started, finished("failed"))]);
    expect(outcome).toMatchObject({
      status: "failed",
      code: "model",
      retryable: false,
      detail: "run failed",
    });
  });
});

describe("a run that failed", () => {
  test.each([
    ["1.16.1/cf-required-missing", "refused", false, "run failed, input nick: required"],
    ["1.16.1/cf-toolong-input", "refused", false, "run failed, input nick: at most 48 characters"],
    ["1.16.1/wf-required-missing", "refused", false, "run failed, input query: required"],
    ["1.16.1/cf-fail429", "unavailable", true, "run failed, rate limit"],
    ["1.14.2/chat-fail429", "unavailable", true, "error event completion_request_error"],
  ])("says why, as recorded: %s", async (name, code, retryable, detail) => {
    const { outcome } = await collect([recording(name).body]);
    expect(outcome).toMatchObject({ status: "failed", code, retryable, detail });
  });
});

test.each([
  [2, true],
  [3, false],
  [undefined, false],
])("a run of %s nodes that failed at a rate limit is asked again: %s", async (total_steps, retryable) => {
  const data = {
    status: "failed",
    error: "Rate limit reached: 429",
    ...(total_steps !== undefined && { total_steps }),
  };
  const { outcome } = await collect([
    stream(started, { event: "workflow_finished", conversation_id: "c1", data }),
  ]);
  expect(outcome).toMatchObject({ status: "failed", code: "unavailable", retryable });
});

describe("a workflow that streamed no text", () => {
  const ended = (status: string, outputs: object | null) => ({
    event: "workflow_finished",
    data: { status, outputs },
  });

  test.each([
    ["emits the text of its outputs", ended("succeeded", { title: "A", count: 2, body: "B" }), "A\nB"],
    ["says one value as it is", ended("succeeded", { result: 42 }), "42"],
    ["says one object as JSON", ended("succeeded", { data: { city: "Paris" } }), '{\n  "city": "Paris"\n}'],
    [
      "says several values as JSON",
      ended("succeeded", { total: 3, ok: true }),
      '{\n  "total": 3,\n  "ok": true\n}',
    ],
    ["says nothing of outputs that are empty", ended("succeeded", { text: "", files: [], none: null }), ""],
    ["emits nothing without outputs", ended("succeeded", null), ""],
    ["emits nothing if it failed", ended("failed", { body: "half" }), ""],
  ])("%s", async (_, event, text) => {
    expect((await collect([stream({ event: "workflow_started" }, event)])).text).toBe(text);
  });

  test("does not emit its streamed text twice", async () => {
    const chunk = { event: "text_chunk", data: { text: "hi" } };
    expect(
      (await collect([stream({ event: "workflow_started" }, chunk, ended("succeeded", { text: "hi" }))]))
        .text,
    ).toBe("hi");
  });

  test("a chatflow whose outputs repeat its answer does not either", async () => {
    const repeated = { ...ended("succeeded", { answer: "hi" }), conversation_id: "c1" };
    expect((await collect([stream(started, message("hi"), repeated, messageEnd)])).text).toBe("hi");
  });
});

describe("a listener", () => {
  const readTo = (listener: (event: AnswerEvent) => void | Promise<void>, deadline: number) => {
    const clock = makeTestClock(0);
    const ended = new AbortController();
    const body = openBody([stream(message("hi"), messageEnd)], ended);
    return {
      clock,
      answer: readAnswer(body, { ...fresh(), clock, timeouts: difyTimeouts, deadline, listener, ended }),
    };
  };

  test("that fails is not mistaken for a failing Dify", async () => {
    const { answer } = readTo(() => {
      throw new TypeError("a bug of ours");
    }, 60_000);
    await expect(answer).rejects.toThrow("a bug of ours");
  });

  test("that never returns delays no one past the deadline", async () => {
    const { clock, answer } = readTo(
      (event) => (event.type === "delta" ? new Promise(() => {}) : undefined),
      60_000,
    );
    await clock.advance(61_000);
    expect(await answer).toEqual({ status: "answered" });
  });
});

describe("time", () => {
  const start = (pieces: Buffer[]) => {
    const clock = makeTestClock();
    const ended = new AbortController();
    const collected = listen();
    const body = openBody(pieces, ended);
    const outcome = readAnswer(body, {
      ...fresh(),
      clock,
      timeouts: difyTimeouts,
      deadline: Number.POSITIVE_INFINITY,
      listener: collected.listener,
      ended,
    });
    let settled: AnswerOutcome | undefined;
    outcome.then((value) => {
      settled = value;
    });
    return { clock, settled: () => settled, collected, ended };
  };

  test("a chatflow's end is awaited for a second at most, and the connection is closed", async () => {
    const { clock, settled, ended } = start([stream(started, message("hi"), messageEnd)]);
    await clock.advance(900);
    expect(settled()).toBeUndefined();
    await clock.advance(200);
    expect(settled()).toEqual({ status: "answered" });
    expect(ended.signal.aborted).toBe(true);
  });

  test("an end that comes without a second event is not awaited at all", async () => {
    const { clock, settled } = start([stream(message("hi"), messageEnd)]);
    await clock.advance(0);
    expect(settled()).toEqual({ status: "answered" });
  });

  test("an error is an end even if the connection stays open (from 1.13)", async () => {
    const { clock, settled } = start([stream({ event: "error", code: "unknown" })]);
    await clock.advance(0);
    expect(settled()).toMatchObject({ status: "failed" });
  });

  test("silence ends an answer after a minute", async () => {
    const { clock, settled } = start([stream(message("hi"))]);
    await clock.advance(59_000);
    expect(settled()).toBeUndefined();
    await clock.advance(2_000);
    expect(settled()).toMatchObject({ status: "failed", code: "timeout" });
  });

  /** Replays reads at their times, and then leaves the stream open. */
  const replay = (reads: readonly Read[], ports: Partial<ReadAnswerPorts> = {}, clock = makeTestClock()) => {
    const startedAt = clock.now();
    const ended = new AbortController();
    const collected = listen();
    const body = async function* () {
      for (const { atMs, bytes } of reads) {
        await clock.sleep(startedAt + atMs - clock.now(), ended.signal);
        if (ended.signal.aborted) return;
        yield bytes;
      }
      await clock.sleep(Number.MAX_SAFE_INTEGER, ended.signal);
    };
    let settled: AnswerOutcome | undefined;
    readAnswer(body(), {
      ...fresh(),
      clock,
      timeouts: difyTimeouts,
      deadline: startedAt + 840_000,
      listener: collected.listener,
      ended,
      ...ports,
    }).then((outcome) => {
      settled = outcome;
    });
    return { clock, collected, settled: () => settled };
  };
  const ping = Buffer.from("event: ping\n\n");
  const pingsUntil = (untilMs: number): Read[] =>
    Array.from({ length: untilMs / 10_000 }, (_, index) => ({ atMs: 10_000 * (index + 1), bytes: ping }));

  test.each([
    ["1.16.1/queued-behind-four", 69_000, "You said: Hello [2 messages]"],
    ["1.16.1/cf-worker-stalled", 152_000, "You said: raw while stalled [2 messages]"],
    ["1.16.1/cf-wait75", 77_000, "After the wait."],
    ["1.16.1/chat-wait75", 77_000, "After the wait."],
    ["1.16.1/comp-wait75", 77_000, "After the wait."],
  ])(
    "a run that waits for a worker or a model is waited for, as recorded: %s",
    async (name, untilMs, text) => {
      const { clock, collected, settled } = replay(readsOf(name));
      await clock.advance(untilMs);
      expect(settled()).toEqual({ status: "answered" });
      expect(collected.textSoFar()).toBe(text);
    },
  );

  test("pings keep an answer open for ten minutes", async () => {
    const end = { atMs: 600_000, bytes: stream(message("late"), messageEnd) };
    const { clock, collected, settled } = replay([...pingsUntil(590_000), end]);
    await clock.advance(601_000);
    expect(settled()).toEqual({ status: "answered" });
    expect(collected.textSoFar()).toBe("late");
  });

  test("pings do not keep an answer open past the deadline", async () => {
    const { clock, settled } = replay(pingsUntil(900_000));
    await clock.advance(839_000);
    expect(settled()).toBeUndefined();
    await clock.advance(2_000);
    expect(settled()).toMatchObject({ status: "failed", code: "timeout" });
  });

  test("a conversation is lost where Dify says so, and not for its silence (1.13 to 1.14)", async () => {
    const answers: ("unknown" | "lost")[] = ["unknown", "lost"];
    const { clock, settled } = replay([{ atMs: 0, bytes: ping }], {
      findConversation: async () => answers.shift() ?? "lost",
    });
    await clock.advance(11_000);
    expect(settled()).toBeUndefined();
    await clock.advance(20_000);
    expect(settled()).toMatchObject({ status: "failed", code: "conversation_lost" });
  });

  test("a conversation that Dify has is asked for once, and its run waited for", async () => {
    let asked = 0;
    const { clock, settled } = replay([{ atMs: 0, bytes: ping }], {
      findConversation: async () => {
        asked += 1;
        return "found";
      },
    });
    await clock.advance(830_000);
    expect({ asked, settled: settled() }).toEqual({ asked: 1, settled: undefined });
  });

  test("a run that does not begin for an input that Dify refuses is refused, and named in the log", async () => {
    const { clock, settled } = replay([{ atMs: 0, bytes: ping }], {
      checkInputs: async () => ({ status: "refused", detail: "input nick: required" }),
    });
    await clock.advance(11_000);
    expect(settled()).toEqual({
      status: "failed",
      code: "refused",
      retryable: false,
      detail: "input nick: required",
    });
  });

  test("a detached run that stays silent is left to those who look it up, until the deadline", async () => {
    const detached = {
      event: "workflow_started",
      conversation_id: "c1",
      message_id: "m1",
      workflow_run_id: "r1",
      data: { reason: "initial" },
    };
    const { clock, settled } = replay([{ atMs: 0, bytes: stream(detached, message("half")) }]);
    await clock.advance(61_000);
    expect(settled()).toEqual({ status: "incomplete" });
  });

  test("a run that falls silent is looked up before its minute is over, and its end taken from there", async () => {
    const detached = {
      event: "workflow_started",
      conversation_id: "c1",
      message_id: "m1",
      workflow_run_id: "r1",
      data: { reason: "initial" },
    };
    const found: RunState[] = [{ status: "running" }, { status: "broken_off", text: "half of it", more: [] }];
    const taken: RunState[] = [];
    const { clock, settled } = replay([{ atMs: 0, bytes: stream(detached, message("half")) }], {
      findRun: async () => found.shift() ?? { status: "running" },
      emitFound: async (each) => {
        taken.push(each);
        return { status: "incomplete" };
      },
    });
    await clock.advance(24_000);
    expect(settled()).toBeUndefined();
    await clock.advance(6_000);
    expect(settled()).toEqual({ status: "incomplete" });
    expect(taken).toEqual([{ status: "broken_off", text: "half of it", more: [] }]);
  });

  test("a slow reader is not mistaken for a silent Dify", async () => {
    const clock = makeTestClock();
    const ended = new AbortController();
    const body = openBody([stream(message("hi"), messageEnd)], ended);
    const listener = (event: AnswerEvent) => (event.type === "delta" ? clock.sleep(90_000) : undefined);
    let settled: AnswerOutcome | undefined;
    readAnswer(body, {
      ...fresh(),
      clock,
      timeouts: difyTimeouts,
      deadline: Number.POSITIVE_INFINITY,
      listener,
      ended,
    }).then((value) => {
      settled = value;
    });
    await clock.advance(91_000);
    expect(settled).toEqual({ status: "answered" });
  });

  test("a connection cut before its first byte is retryable, one cut later is not", async () => {
    const cut = (pieces: Buffer[]) =>
      (async function* () {
        yield* pieces;
        throw new Error("socket hang up");
      })();
    expect((await collect(cut([]))).outcome).toMatchObject({ status: "failed", retryable: true });
    expect((await collect(cut([stream(message("half"))]))).outcome).toEqual({ status: "incomplete" });
  });
});

/** An endless body; `taken` counts the bytes that were read. */
const endless = (first: Buffer, repeated: string) => {
  const piece = Buffer.from(repeated.repeat(Math.ceil(65_536 / repeated.length)));
  let taken = 0;
  const pieces = (function* () {
    yield first;
    for (; taken < 64 * 1024 * 1024; taken += piece.length) yield piece;
  })();
  return { pieces, taken: () => taken };
};

describe("an endless event is not kept, but ends the answer", () => {
  const beginning = stream({
    event: "message",
    answer: "Hello",
    task_id: "t",
    conversation_id: "c",
    message_id: "m",
  });

  test.each([
    ["of lines without a blank one", "data: x\n"],
    ["of empty lines of data", "data:\n"],
    ["in one line", "x"],
    ["of comments", ": ping\n\n"],
    ["of ids", "id: 7\n"],
  ])("%s", async (_, repeated) => {
    const { pieces, taken } = endless(Buffer.concat([beginning, Buffer.from("data: ")]), repeated);
    expect(await collect(pieces)).toMatchObject({ outcome: { status: "incomplete" }, text: "Hello" });
    expect(taken()).toBeLessThan(10 * 1024 * 1024);
    const first = endless(Buffer.from("data: "), repeated);
    // It is not asked again.
    expect(await collect(first.pieces)).toMatchObject({ outcome: { status: "incomplete" } });
  });
});

describe("an event that is small but would grow", () => {
  const finishedWith = (outputs: object) =>
    collect([stream({ event: "workflow_finished", task_id: "t", data: { status: "succeeded", outputs } })]);
  /** A run's end with one output that is nested this deep, which JSON.stringify could not write. */
  const nested = (levels: number): Buffer => {
    const [head = "", tail = ""] = stream({
      event: "workflow_finished",
      task_id: "t",
      data: { status: "succeeded", outputs: { deep: "?", plain: 7 } },
    })
      .toString()
      .split('"?"');
    return Buffer.from(`${head}${"[".repeat(levels)}${"]".repeat(levels)}${tail}`);
  };

  test.each([20, 5_000, 100_000])("has no text if it is nested %i levels deep", async (levels) => {
    const { outcome, text } = await collect([nested(levels)]);
    expect(outcome.status).toBe("answered");
    expect(text).toBe("7");
  });

  test("is read up to a limit, whatever it has too many of", async () => {
    const file = { dify_model_identity: "__dify__file__", url: "https://a.example/a.png" };
    const many = Array.from({ length: 20_000 }, () => file);
    const { events } = await finishedWith({ files: many, others: many.map(() => 0) });
    expect(events.filter(({ type }) => type === "file").length).toBeLessThan(1_000);
    const outputs = Object.fromEntries(many.map((_, at) => [`o${at}`, "x"]));
    expect((await finishedWith(outputs)).text.length).toBeLessThan(1_000);
  });

  test("does not name the conversation if its id is no id", async () => {
    const { conversationId } = await collect([
      stream({ event: "message_end", task_id: "t", conversation_id: "c".repeat(1_000), message_id: "m" }),
    ]);
    expect(conversationId).toBeUndefined();
  });
});
