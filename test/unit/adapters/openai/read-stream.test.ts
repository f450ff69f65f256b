import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeCompletion } from "#adapters/openai/completion.ts";
import { openAiTimeouts } from "#adapters/openai/openai-timeouts.ts";
import { readStream } from "#adapters/openai/read-stream.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import type { AnswerListener } from "#core/answer/model.ts";
import { splitAt } from "../../../support/recordings.ts";
import { makeTestClock, type TestClock } from "../../../support/test-clock.ts";

interface Given {
  readonly clock?: TestClock;
  readonly deadlineMs?: number;
  readonly listener?: AnswerListener;
  /** Whether the connection stays open after the last piece. */
  readonly staysOpen?: boolean;
}

const collect = async (
  pieces: Iterable<Buffer | number>,
  { clock = makeTestClock(), deadlineMs = 600_000, staysOpen = false, ...given }: Given = {},
) => {
  const events: AnswerEvent[] = [];
  const ended = new AbortController();
  const completion = makeCompletion();
  /** A number is a pause in milliseconds. */
  const body = (async function* () {
    for (const piece of pieces) {
      if (typeof piece !== "number") yield piece;
      else await clock.sleep(piece, ended.signal);
      if (ended.signal.aborted) throw new Error("aborted");
    }
    if (staysOpen) await clock.sleep(Number.POSITIVE_INFINITY, ended.signal);
  })();
  const outcome = await readStream(body, {
    completion,
    clock,
    timeouts: openAiTimeouts,
    firstTextBy: clock.now() + openAiTimeouts.firstTextMs,
    deadline: clock.now() + deadlineMs,
    listener: (event) => {
      events.push(event);
      return given.listener?.(event);
    },
    ended,
  });
  return {
    outcome,
    events,
    text: events.map((event) => (event.type === "delta" ? event.text : "")).join(""),
    thought: events.map((event) => (event.type === "thought" ? event.text : "")).join(""),
    usage: completion.usage,
  };
};

const line = (data: object | string): Buffer =>
  Buffer.from(`data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`);
const stream = (...data: (object | string)[]): Buffer => Buffer.concat(data.map(line));

const chunk = (delta: object, finish_reason: string | null = null) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  choices: [{ index: 0, delta, finish_reason }],
});
const says = (content: unknown) => chunk({ content });
const finish = (reason: string | null) => chunk({}, reason);
const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

/** Every kind of chunk, with both kinds of line ends, comments and four-byte characters. */
const everything = Buffer.from(
  [
    ": OPENROUTER PROCESSING\n\n",
    `data: ${JSON.stringify({ id: "", choices: [], prompt_filter_results: [{ prompt_index: 0 }] })}\n\n`,
    `data: ${JSON.stringify(chunk({ role: "assistant", content: "", refusal: null }))}\r\n\r\n`,
    `data: ${JSON.stringify(chunk({ reasoning_content: "想一想 🤔" }))}\n\n`,
    `id: 7\r\nevent: message\r\ndata: ${JSON.stringify(says("你好，"))}\r\n\r\n`,
    ": keep-alive\n\n",
    `data:${JSON.stringify(says("world 👋"))}\n\n`,
    `data: ${JSON.stringify(finish("stop"))}\n\n`,
    `data: ${JSON.stringify({ id: "chatcmpl-1", choices: [], usage })}\n\n`,
    "data: [DONE]\n\n",
  ].join(""),
);

describe("a stream", () => {
  test("means the same however its bytes are split", async () => {
    const whole = await collect([everything]);
    expect(whole).toEqual({
      outcome: { status: "answered" },
      events: [
        { type: "thought", text: "想一想 🤔" },
        { type: "delta", text: "你好，" },
        { type: "delta", text: "world 👋" },
      ],
      text: "你好，world 👋",
      thought: "想一想 🤔",
      usage: { promptTokens: 3, completionTokens: 2, totalTokens: 5 },
    });
    expect(await collect([...everything].map((byte) => Buffer.from([byte])))).toEqual(whole);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(everything.length), { maxLength: 40 }), async (places) => {
        expect(await collect(splitAt(everything, places))).toEqual(whole);
      }),
      { numRuns: 50 },
    );
  });

  test("of LiteLLM 1.108.7 is understood: no finish_reason until the last chunk, usage next to an empty choice", async () => {
    const of = (rest: string): string =>
      `{"id":"chatcmpl-57c8b681","object":"chat.completion.chunk","created":1795744664,"model":"think",${rest}}`;
    const collected = await collect([
      stream(
        of('"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]'),
        of('"choices":[{"index":0,"delta":{"reasoning_content":"two"}}]'),
        of('"choices":[{"index":0,"delta":{"content":"4"}}]'),
        of('"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]'),
        of(
          '"choices":[{"index":0,"delta":{}}],"usage":{"completion_tokens":6,"prompt_tokens":1,"total_tokens":7,"completion_tokens_details":{"reasoning_tokens":3,"text_tokens":3}}',
        ),
        "[DONE]",
      ),
    ]);
    expect(collected).toMatchObject({
      outcome: { status: "answered" },
      text: "4",
      thought: "two",
      usage: { totalTokens: 7 },
    });
  });

  test("of any bytes ends in an outcome, never in an error", async () => {
    const data = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({ choices: fc.array(fc.record({ delta: fc.dictionary(fc.string(), fc.jsonValue()) })) })
        .map((json) => JSON.stringify(json)),
      fc.constantFrom(
        "[DONE]",
        '{"error":null}',
        '{"error":7}',
        '{"choices":{}}',
        '{"choices":[null]}',
        '{"choices":[{"delta":null,"finish_reason":5}]}',
        '{"choices":[{"delta":{"content":[{"type":"text"},{"type":"text","text":"a"}]}}],"usage":{}}',
      ),
    );
    const piece = fc.oneof(
      data.map((each) => line(each)),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece), async (pieces) => {
        const { outcome } = await collect(pieces);
        expect(["answered", "truncated", "failed", "incomplete"]).toContain(outcome.status);
      }),
    );
  });
});

describe("every ending", () => {
  test.each<[string, (object | string)[], AnswerOutcome["status"], string]>([
    ["finish_reason and [DONE]", [says("hi"), finish("stop"), "[DONE]"], "answered", "hi"],
    ["finish_reason alone", [says("hi"), finish("eos")], "answered", "hi"],
    ["[DONE] alone", [says("hi"), finish(null), "[DONE]"], "answered", "hi"],
    ["neither", [says("hi")], "incomplete", "hi"],
    ["an unknown finish_reason", [says("hi"), finish("end_turn"), "[DONE]"], "answered", "hi"],
    [
      "finish_reason with the last words",
      [says("hi"), chunk({ content: "!" }, "stop"), "[DONE]"],
      "answered",
      "hi!",
    ],
    [
      "finish_reason in every chunk",
      [chunk({ content: "hi" }, "stop"), chunk({ content: "!" }, "stop")],
      "answered",
      "hi!",
    ],
    ["the limit of length", [says("hi"), finish("length"), "[DONE]"], "truncated", "hi"],
    ["the model's context (Mistral)", [says("hi"), finish("model_length"), "[DONE]"], "truncated", "hi"],
    ["a content filter", [says("hi"), finish("content_filter"), "[DONE]"], "truncated", "hi"],
    ["an error of the model", [says("hi"), finish("error"), "[DONE]"], "failed", "hi"],
    ["an error after the end", [says("hi"), finish("stop"), { error: { code: 500 } }], "answered", "hi"],
    ["nothing after [DONE]", [says("hi"), "[DONE]", says("no more")], "answered", "hi"],
  ])("%s", async (_, data, status, text) => {
    expect(await collect([stream(...data)])).toMatchObject({ outcome: { status }, text });
  });

  test("the last event may lack its blank line", async () => {
    const bytes = stream(says("hi"), finish("length"));
    expect((await collect([bytes.subarray(0, -2)])).outcome).toEqual({
      status: "truncated",
      reason: "length",
    });
  });

  test.each([
    ["comments only", Buffer.from(": ping\n\n")],
    ["events without a completion", stream("", "{}")],
    ["the role that comes before the text", stream(chunk({ role: "assistant", content: "" }))],
  ])("a stream that breaks off after %s is worth a retry", async (_what, bytes) => {
    expect((await collect([bytes])).outcome).toEqual({
      status: "failed",
      code: "unavailable",
      retryable: true,
      detail: "ended before the first text",
    });
  });

  test("a stream that breaks off after reasoning is not, since the user may have seen it", async () => {
    const { outcome } = await collect([stream(chunk({ reasoning_content: "I think" }))]);
    expect(outcome).toEqual({ status: "incomplete" });
  });

  test("an event larger than the limit ends the stream", async () => {
    const endless = Array.from({ length: 20 }, () => Buffer.from(`data: ${"x".repeat(1024 * 1024)}`));
    expect((await collect([stream(says("hi")), ...endless, stream("[DONE]")])).outcome).toEqual({
      status: "incomplete",
    });
  });
});

describe("a chunk", () => {
  test.each<[string, object, string, string]>([
    [
      "text in parts",
      chunk({ content: [{ type: "text", text: "a" }, { type: "image" }, { type: "text", text: "b" }] }),
      "ab",
      "",
    ],
    ["a refusal", chunk({ refusal: "I cannot do that." }), "I cannot do that.", ""],
    ["reasoning as OpenRouter names it", chunk({ reasoning: "hm", content: "" }), "", "hm"],
    [
      "reasoning under both names",
      chunk({ reasoning: "hm", reasoning_content: "hm", content: null }),
      "",
      "hm",
    ],
    ["another choice", { id: "c", choices: [{ index: 1, delta: { content: "other" } }] }, "", ""],
    ["a choice without an index", { id: "c", choices: [{ delta: { content: "a" } }] }, "a", ""],
    ["a tool call", chunk({ tool_calls: [{ index: 0, function: { name: "f", arguments: "{}" } }] }), "", ""],
  ])("of %s", async (_, data, text, thought) => {
    expect(await collect([stream(data, "[DONE]")])).toMatchObject({ text, thought });
  });

  test("without an id emits no reference, and an id after the first text comes too late", async () => {
    const anonymous = { choices: [{ index: 0, delta: { content: "a" } }] };
    const { events } = await collect([stream(anonymous, says("b"), "[DONE]")]);
    expect(events.map(({ type }) => type)).toEqual(["delta", "delta"]);
  });
});

describe("an error in a stream", () => {
  test.each<[string, object, object]>([
    [
      "OpenAI's",
      { error: { message: "…", type: "server_error", code: null } },
      { code: "model", detail: "error server_error" },
    ],
    [
      "OpenAI's rate limit",
      { error: { type: "tokens", code: "rate_limit_exceeded" } },
      { code: "unavailable", retryable: true },
    ],
    [
      "OpenAI's empty account",
      { error: { type: "insufficient_quota", code: "insufficient_quota" } },
      { code: "refused", retryable: false },
    ],
    [
      "OpenRouter's, next to a finish_reason",
      {
        id: "gen-1",
        error: { code: 429, message: "…" },
        choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
      },
      { code: "unavailable", retryable: true, detail: "error 429" },
    ],
    [
      "OpenRouter's, in its choice",
      { id: "gen-1", choices: [{ index: 0, error: { code: 502 }, delta: {} }] },
      { code: "model", detail: "error 502" },
    ],
    [
      "vLLM's",
      { error: { object: "error", type: "InternalServerError", code: 500 } },
      { code: "model", detail: "error InternalServerError" },
    ],
    [
      "FastChat's, without an envelope",
      { object: "error", message: "…", code: 50_001 },
      { code: "model", detail: "error 50001" },
    ],
    [
      "Ollama's, its message alone",
      { error: "model runner has stopped" },
      { code: "model", detail: "error unknown" },
    ],
  ])("is recognized: %s", async (_, error, expected) => {
    const { outcome, events } = await collect([stream(error, says("no more"))]);
    expect(outcome).toMatchObject({ status: "failed", retryable: false, ...expected });
    expect(events).toEqual([]);
  });
});

describe("time", () => {
  /** Expects the stream to end after exactly this many seconds. */
  const endsAfter = async (seconds: number, pieces: (Buffer | number)[], given: Given = {}) => {
    const clock = makeTestClock();
    let isOver = false;
    const collecting = collect(pieces, { clock, staysOpen: true, ...given }).finally(() => {
      isOver = true;
    });
    await clock.advance(seconds * 1000 - 1);
    expect(isOver).toBe(false);
    await clock.advance(1);
    return collecting;
  };
  const timeout = {
    status: "failed",
    code: "timeout",
    retryable: false,
    detail: "the answer stalled",
  };

  test("a model may think for five minutes before its first word", async () => {
    const role = stream(chunk({ role: "assistant", content: "" }));
    expect((await endsAfter(300, [role, 200_000, Buffer.from(": ping\n\n")])).outcome).toEqual(timeout);
  });

  test("one minute of silence ends an answer that has begun", async () => {
    expect(await endsAfter(90, [stream(says("hi")), 30_000, Buffer.from(": ping\n\n")])).toMatchObject({
      outcome: timeout,
      text: "hi",
    });
  });

  test("two minutes of comments only end an answer that has begun", async () => {
    const pings = Array.from({ length: 10 }, () => [20_000, Buffer.from(": ping\n\n")]).flat();
    expect((await endsAfter(120, [stream(says("hi")), ...pings])).outcome).toEqual(timeout);
  });

  test("a stream left open after its finish_reason ends five seconds later", async () => {
    expect((await endsAfter(15, [stream(says("hi")), 10_000, stream(finish("stop"))])).outcome).toEqual({
      status: "answered",
    });
  });

  test("the deadline ends an answer that is still arriving", async () => {
    const words = Array.from({ length: 10 }, () => [1_000, stream(says("la"))]).flat();
    expect(await endsAfter(3.5, words, { deadlineMs: 3_500 })).toMatchObject({
      outcome: timeout,
      text: "lalala",
    });
  });

  test("a slow listener does not count as silence of the server", async () => {
    const clock = makeTestClock();
    const listener = ({ type }: AnswerEvent) => (type === "delta" ? clock.sleep(100_000) : undefined);
    const collecting = collect([stream(says("hi"), finish("stop"), "[DONE]")], { clock, listener });
    await clock.advance(100_000);
    expect((await collecting).outcome).toEqual({ status: "answered" });
  });

  test("a listener that never resolves does not outlast the deadline, and has been given all that came", async () => {
    const listener = () => new Promise<void>(() => {});
    const given = { listener, deadlineMs: 10_000 };
    expect(await endsAfter(10, [stream(says("hi"), says("more"))], given)).toMatchObject({
      outcome: timeout,
      events: [
        { type: "delta", text: "hi" },
        { type: "delta", text: "more" },
      ],
    });
  });
});
