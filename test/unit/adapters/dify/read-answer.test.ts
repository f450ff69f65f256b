import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeAnswerMachine } from "#adapters/dify/answer-machine.ts";
import { readMemory, writeMemory, writeReference } from "#adapters/dify/dify-ids.ts";
import { difyLimits } from "#adapters/dify/dify-limits.ts";
import { readAnswer } from "#adapters/dify/read-answer.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import { recordedStreams, recording, splitAt } from "../../../support/recordings.ts";
import { makeTestClock, type TestClock } from "../../../support/test-clock.ts";

const fresh = (continues = false) => ({
  machine: makeAnswerMachine({ user: "u7", conversationId: undefined }),
  continues,
});

interface Heard {
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

const hear = async (pieces: Iterable<Buffer> | AsyncIterable<Buffer>, clock: TestClock = makeTestClock()) => {
  const heard = listen();
  const body = (async function* () {
    yield* pieces;
  })();
  const ended = new AbortController();
  const outcome = await readAnswer(body, {
    ...fresh(),
    clock,
    waits: difyLimits,
    deadline: Number.POSITIVE_INFINITY,
    listener: heard.listener,
    ended,
  });
  const [conversationId] = heard.conversationIds();
  return { outcome, text: heard.textSoFar(), conversationId, events: heard.events } satisfies Heard;
};

const stream = (...events: object[]): Buffer =>
  Buffer.from(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(""));

/** A body that goes on until the reader has ended the call. */
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
    const heard = await hear([recording(name).body]);
    expect(heard.outcome.status).toBe(status);
    expect(heard.text).toBe(text);
  });

  test.each(recordedStreams())("%s means the same however its bytes are split", async (_, { body }) => {
    const whole = await hear([body]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(body.length), { maxLength: 40 }), async (places) => {
        const { events: _pieces, ...heard } = await hear(splitAt(body, places));
        expect(whole).toMatchObject(heard);
      }),
      { numRuns: 20 },
    );
  });

  test("means the same when every byte comes alone", async () => {
    const { body } = recording("1.12.1/cf-llm-stream");
    expect((await hear([...body].map((byte) => Buffer.from([byte])))).text).toBe(answer);
  });

  test("names its conversation at the first event that bears it, once", async () => {
    const { body } = recording("1.12.1/cf-llm-stream");
    const heard = listen();
    const ended = new AbortController();
    const ports = {
      ...fresh(),
      clock: makeTestClock(),
      waits: difyLimits,
      deadline: Number.POSITIVE_INFINITY,
      listener: heard.listener,
      ended,
    };
    await readAnswer(openBody([body], ended), ports);
    expect(heard.events[0]?.type).toBe("begun");
    expect(heard.conversationIds()).toEqual(["b4250487-1c1c-4257-8cb8-47cec568c5ca"]);
  });
});

describe("bytes of any kind", () => {
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
            (await hear(pieces)).outcome.status,
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
      "a replacement between the twins",
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
      "the New Agent's closing repetition",
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
      "the New Agent's closing message that goes on where the pieces ended",
      [{ event: "agent_message", answer: "hel" }, message("hello"), messageEnd],
      "answered",
      "hello",
    ],
    [
      "ids and other by-matters that are not of their form",
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
      "a conversation that a worker of Dify's did not find",
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
    const heard = await hear([stream(...events)]);
    expect(heard.outcome.status).toBe(status);
    expect(heard.text).toBe(text);
  });

  const eventsOf = async (...events: object[]) => (await hear([stream(...events)])).events;

  test("tells the form that a run waits with", async () => {
    const form = { event: "human_input_required", data: { form_content: "May it go out?" } };
    const { outcome } = await hear([stream(started, form, { event: "workflow_paused" })]);
    expect(outcome).toEqual({ status: "paused", form: "May it go out?" });
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

  test("tells what an answer has cost and rests on", async () => {
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

  test("brings the files that the app made, and not those that the user sent", async () => {
    const file = { event: "message_file", type: "image", url: "/files/a.png" };
    const events = await eventsOf(
      { ...file, belongs_to: "user" },
      { ...file, belongs_to: "assistant" },
      { ...messageEnd, files: [{ remote_url: "/files/b.pdf", filename: "b.pdf", type: "document" }, {}] },
    );
    expect(events.filter(({ type }) => type === "file")).toEqual([
      { type: "file", file: { url: "/files/a.png", name: undefined, isImage: true } },
      { type: "file", file: { url: "/files/b.pdf", name: "b.pdf", isImage: false } },
    ]);
  });

  test("brings the files among a workflow's outputs, alone or in a list", async () => {
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

  test("tells thoughts that Dify parts from the answer", async () => {
    const chunk = {
      event: "reasoning_chunk",
      conversation_id: "c1",
      data: { reasoning: "hm", is_final: false },
    };
    expect(await eventsOf(chunk, message("hi"), messageEnd)).toContainEqual({ type: "thought", text: "hm" });
  });

  test("a stream that ends before Dify has named the turn is worth another try: nothing has begun", async () => {
    for (const bytes of ["", "event: ping\n\n"]) {
      expect((await hear([Buffer.from(bytes)])).outcome).toMatchObject({
        code: "unavailable",
        retryable: true,
      });
    }
  });

  test("brings a chatflow's files though the end of its message is lost (1.13.0)", async () => {
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
      { type: "file", file: { url: "/files/c.png", name: "c.png", isImage: true } },
    ]);
  });

  test("only an overload within a stream is worth another try", async () => {
    const outcomeOf = async (code: string) => (await hear([stream({ event: "error", code })])).outcome;
    expect(await outcomeOf("too_many_requests")).toMatchObject({ status: "failed", retryable: true });
    expect(await outcomeOf("rate_limit_error")).toMatchObject({ status: "failed", retryable: true });
    expect(await outcomeOf("internal_server_error")).toMatchObject({ status: "failed", retryable: false });
  });

  test("tells the logs a code, and nothing that Dify says", async () => {
    const error = {
      event: "error",
      code: "provider_error",
      message: "key sk-123 at http://10.0.0.7 refused",
    };
    expect(JSON.stringify((await hear([stream(error)])).outcome)).not.toMatch(/sk-123|10\.0\.0\.7/);
  });
});

describe("after its end", () => {
  test("an answer is whole, whatever error the server still sends", async () => {
    const events = [started, message("hi"), messageEnd, { event: "error", code: "internal_server_error" }];
    expect((await hear([stream(...events)])).outcome).toEqual({ status: "answered" });
  });

  test("a failed run is told as what it was", async () => {
    const { outcome } = await hear([stream(started, finished("failed"))]);
    expect(outcome).toEqual({ status: "failed", code: "model", retryable: false, detail: "run failed" });
  });
});

describe("a workflow that streamed no text", () => {
  const ended = (status: string, outputs: object | null) => ({
    event: "workflow_finished",
    data: { status, outputs },
  });

  test.each([
    ["says what its outputs say", ended("succeeded", { title: "A", count: 2, body: "B" }), "A\nB"],
    ["has nothing to say without outputs", ended("succeeded", null), ""],
    ["says nothing where it failed", ended("failed", { body: "half" }), ""],
  ])("%s", async (_, event, text) => {
    expect((await hear([stream({ event: "workflow_started" }, event)])).text).toBe(text);
  });

  test("does not say twice what it streamed", async () => {
    const chunk = { event: "text_chunk", data: { text: "hi" } };
    expect(
      (await hear([stream({ event: "workflow_started" }, chunk, ended("succeeded", { text: "hi" }))])).text,
    ).toBe("hi");
  });

  test("nor does a chatflow whose outputs repeat its answer", async () => {
    const repeated = { ...ended("succeeded", { answer: "hi" }), conversation_id: "c1" };
    expect((await hear([stream(started, message("hi"), repeated, messageEnd)])).text).toBe("hi");
  });
});

describe("a listener", () => {
  const readTo = (listener: (event: AnswerEvent) => void | Promise<void>, deadline: number) => {
    const clock = makeTestClock(0);
    const ended = new AbortController();
    const body = openBody([stream(message("hi"), messageEnd)], ended);
    return {
      clock,
      answer: readAnswer(body, { ...fresh(), clock, waits: difyLimits, deadline, listener, ended }),
    };
  };

  test("that fails is not taken for a failing Dify", async () => {
    const { answer } = readTo(() => {
      throw new TypeError("a bug of ours");
    }, 60_000);
    await expect(answer).rejects.toThrow("a bug of ours");
  });

  test("that never comes back holds nobody past the deadline", async () => {
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
    const heard = listen();
    const body = openBody(pieces, ended);
    const outcome = readAnswer(body, {
      ...fresh(),
      clock,
      waits: difyLimits,
      deadline: Number.POSITIVE_INFINITY,
      listener: heard.listener,
      ended,
    });
    let settled: AnswerOutcome | undefined;
    outcome.then((value) => {
      settled = value;
    });
    return { clock, settled: () => settled, heard, ended };
  };

  test("a chatflow's end is not waited for by more than a second, and the connection is closed", async () => {
    const { clock, settled, ended } = start([stream(started, message("hi"), messageEnd)]);
    await clock.advance(900);
    expect(settled()).toBeUndefined();
    await clock.advance(200);
    expect(settled()).toEqual({ status: "answered" });
    expect(ended.signal.aborted).toBe(true);
  });

  test("an end that has no twin is not waited for at all", async () => {
    const { clock, settled } = start([stream(message("hi"), messageEnd)]);
    await clock.advance(0);
    expect(settled()).toEqual({ status: "answered" });
  });

  test("an error is an end, though the connection stays open (from 1.13)", async () => {
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

  test("pings alone, where a conversation was to go on, mean that Dify does not know it (1.13 to 1.14)", async () => {
    for (const continues of [true, false]) {
      const clock = makeTestClock();
      const ended = new AbortController();
      const pings = (async function* () {
        while (!ended.signal.aborted) {
          yield Buffer.from("event: ping\n\n");
          await clock.sleep(10_000, ended.signal);
        }
      })();
      const deadline = Number.POSITIVE_INFINITY;
      const ports = { ...fresh(continues), clock, waits: difyLimits, deadline, listener: () => {}, ended };
      const outcome = readAnswer(pings, ports);
      await clock.advance(130_000);
      expect(await outcome).toMatchObject({ code: continues ? "conversation_lost" : "timeout" });
    }
  });

  test("pings keep an answer open, but pings alone only for two minutes", async () => {
    const clock = makeTestClock();
    const ended = new AbortController();
    const pings = (async function* () {
      while (!ended.signal.aborted) {
        yield Buffer.from("event: ping\n\n");
        await clock.sleep(10_000, ended.signal);
      }
    })();
    let settled: AnswerOutcome | undefined;
    readAnswer(pings, {
      ...fresh(),
      clock,
      waits: difyLimits,
      deadline: Number.POSITIVE_INFINITY,
      listener: () => {},
      ended,
    }).then((value) => {
      settled = value;
    });
    await clock.advance(115_000);
    expect(settled).toBeUndefined();
    await clock.advance(10_000);
    expect(settled).toMatchObject({ status: "failed", code: "timeout" });
  });

  test("a reader that is slow to take is not mistaken for a silent Dify", async () => {
    const clock = makeTestClock();
    const ended = new AbortController();
    const body = openBody([stream(message("hi"), messageEnd)], ended);
    const listener = (event: AnswerEvent) => (event.type === "delta" ? clock.sleep(90_000) : undefined);
    let settled: AnswerOutcome | undefined;
    readAnswer(body, {
      ...fresh(),
      clock,
      waits: difyLimits,
      deadline: Number.POSITIVE_INFINITY,
      listener,
      ended,
    }).then((value) => {
      settled = value;
    });
    await clock.advance(91_000);
    expect(settled).toEqual({ status: "answered" });
  });

  test("a connection cut before its first byte is worth another try, one cut later is not", async () => {
    const cut = (pieces: Buffer[]) =>
      (async function* () {
        yield* pieces;
        throw new Error("socket hang up");
      })();
    expect((await hear(cut([]))).outcome).toMatchObject({ status: "failed", retryable: true });
    expect((await hear(cut([stream(message("half"))]))).outcome).toEqual({ status: "incomplete" });
  });
});
