import { beforeAll, describe, expect, test } from "@jest/globals";
import { openAiTimeouts } from "#adapters/openai/openai-timeouts.ts";
import type { AnswerEvent } from "#core/answer/answer.ts";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../../local/openai/server.ts";
import { closeAfterAll } from "../../../support/close-after.ts";
import { eventually } from "../../../support/eventually.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { withServer } from "../http/servers.ts";
import { type Asked, ask as askAt, remembered } from "./ask.ts";

let simulator: OpenAiSimulator;
beforeAll(async () => {
  simulator = closeAfterAll(await startOpenAiSimulator({ paceMs: 1 }));
});

const ask = (given: Omit<Asked, "url"> & { readonly url?: string } = {}) =>
  askAt({ url: simulator.url, ...given });

const requestsOf = (key: string) => simulator.requests.filter((request) => request.key === key);

describe("the request", () => {
  test("asks the model for a stream with usage, authorized by the bearer key", async () => {
    const { outcome, text } = await ask({ apiKey: "sk-plain" });
    expect(outcome).toEqual({ status: "answered" });
    expect(text).toBe("You said: hello");
    expect(requestsOf("sk-plain")).toMatchObject([{ method: "POST", path: "/v1/chat/completions" }]);
    expect(requestsOf("sk-plain")[0]?.body).toEqual({
      model: "simulated-model",
      messages: [{ role: "user", content: "hello" }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  test("keeps the query of the base URL, as Azure needs it, and accepts a trailing slash", async () => {
    const { outcome } = await ask({
      apiKey: "sk-azure",
      url: `${simulator.url}/?api-version=2024-10-21`,
    });
    expect(outcome).toEqual({ status: "answered" });
    expect(requestsOf("sk-azure")).toMatchObject([
      { path: "/v1/chat/completions", query: { "api-version": "2024-10-21" } },
    ]);
  });

  test("sends the system prompt, the earlier messages, then the question with its images", async () => {
    const { memory } = await ask();
    const { memory: next } = await ask({
      apiKey: "sk-picture",
      text: "What is this?",
      files: [
        { kind: "image", url: "https://example.com/cat.png" },
        { kind: "document", url: "https://example.com/cat.pdf" },
      ],
      memory,
      options: { systemPrompt: "You are a helpdesk." },
    });
    expect(requestsOf("sk-picture")[0]?.body).toMatchObject({
      messages: [
        { role: "system", content: "You are a helpdesk." },
        { role: "user", content: "hello" },
        { role: "assistant", content: "You said: hello" },
        {
          role: "user",
          content: [
            { type: "text", text: "[document]\nWhat is this?" },
            { type: "image_url", image_url: { url: "https://example.com/cat.png" } },
          ],
        },
      ],
    });
    expect(remembered(next)[2]).toBe("user: [image]\n[document]\nWhat is this?");
  });
});

describe("the answer", () => {
  test("emits reasoning, text, usage and memory, in this order", async () => {
    simulator.configure("sk-thinks", { reply: "4 it is", reasoning: "two and two" });
    const { types, text, thought, facts, memory } = await ask({ apiKey: "sk-thinks" });
    expect(types).toEqual(["thought", "delta", "facts", "memory"]);
    expect(text).toBe("4 it is");
    expect(thought).toBe("two and two");
    expect(facts).toEqual({ usage: { promptTokens: 1, completionTokens: 6, totalTokens: 7 }, sources: [] });
    expect(remembered(memory)).toEqual(["user: hello", "assistant: 4 it is"]);
  });

  test("is remembered without the text between <think> tags", async () => {
    simulator.configure("sk-tags", { reply: ["<thi", "nk>two and two</thi", "nk>4 ", "it is"] });
    const { text, memory } = await ask({ apiKey: "sk-tags" });
    expect(text).toBe("<think>two and two</think>4 it is");
    expect(remembered(memory)).toEqual(["user: hello", "assistant: 4 it is"]);
  });

  test("is remembered as the user sees it: without the text between the tags that the bot names", async () => {
    const reply = "<scratchpad>two and two</scratchpad><think>4</think> it is";
    simulator.configure("sk-own-tags", { reply });
    const options = { thinkingTags: ["scratchpad"] };
    const { memory } = await ask({ apiKey: "sk-own-tags", options });
    expect(remembered(memory)).toEqual(["user: hello", "assistant: <think>4</think> it is"]);
  });

  test.each(["length", "content_filter"] as const)(
    "is truncated by finish_reason %s, and still remembered",
    async (reason) => {
      simulator.configure(`sk-${reason}`, { reply: "half", finishReason: reason });
      const { outcome, memory } = await ask({ apiKey: `sk-${reason}` });
      expect(outcome).toEqual({ status: "truncated", reason });
      expect(remembered(memory)).toEqual(["user: hello", "assistant: half"]);
    },
  );

  test("emits no memory if it has no text", async () => {
    simulator.configure("sk-empty", { reply: [], finishReason: "tool_calls" });
    expect(await ask({ apiKey: "sk-empty" })).toMatchObject({
      outcome: { status: "answered" },
      memory: undefined,
    });
  });

  test("sends no earlier messages with historyMessages 0, and forgets those from before", async () => {
    const { memory } = await ask();
    const options = { historyMessages: 0 };
    const second = await ask({ apiKey: "sk-forgetful", memory, options });
    expect(remembered(second.memory)).toEqual([]);
    expect((await ask({ options })).types).toEqual(["delta", "facts"]);
    expect(requestsOf("sk-forgetful")[0]?.body).toMatchObject({
      messages: [{ role: "user", content: "hello" }],
    });
  });
});

describe("a server with limitations", () => {
  test("may answer with one JSON body instead of the requested stream", async () => {
    simulator.configure("sk-whole", {
      reply: "4 it is",
      reasoning: "two and two",
      behaviour: { kind: "no_streaming", how: "answers_whole" },
    });
    const { outcome, types, text, thought, facts } = await ask({ apiKey: "sk-whole" });
    expect(outcome).toEqual({ status: "answered" });
    expect(types).toEqual(["thought", "delta", "facts", "memory"]);
    expect([thought, text, facts?.usage?.totalTokens]).toEqual(["two and two", "4 it is", 7]);
    expect(requestsOf("sk-whole")).toHaveLength(1);
  });

  test("that refuses streaming is asked again without it", async () => {
    simulator.configure("sk-no-streams", { behaviour: { kind: "no_streaming", how: "refuses" } });
    expect(await ask({ apiKey: "sk-no-streams" })).toMatchObject({
      outcome: { status: "answered" },
      text: "You said: hello",
    });
    expect(requestsOf("sk-no-streams").map(({ body }) => body)).toMatchObject([
      { stream: true },
      { stream: false },
    ]);
  });

  test("that refuses streaming may take longer for the whole answer than the timeout of a refusal", async () => {
    const clock = makeTestClock();
    await withServer(
      (request, response) => {
        request.setEncoding("utf8").once("data", (body: string) => {
          const { stream } = JSON.parse(body);
          response.writeHead(stream ? 400 : 200, { "content-type": "application/json" });
          if (stream) response.end('{"error":{"message":"no streaming"}}');
          else response.write('{"choices":[{"message":{"content":');
          if (!stream) clock.advance(60_000).then(() => response.end('"late"}}]}'));
        });
      },
      async ({ url }) => {
        expect(await ask({ url, clock })).toMatchObject({ outcome: { status: "answered" }, text: "late" });
      },
    )();
  });

  test("that refuses stream_options is asked again without them, and still streams", async () => {
    simulator.configure("sk-no-options", { behaviour: { kind: "refuses_stream_options" } });
    const { outcome, types } = await ask({ apiKey: "sk-no-options" });
    expect(outcome).toEqual({ status: "answered" });
    expect(types).toEqual(["delta", "memory"]);
    expect(requestsOf("sk-no-options").at(-1)?.body).not.toHaveProperty("stream_options");
  });

  test("whose context is exceeded is asked again without the earlier messages, which are then forgotten", async () => {
    simulator.configure("sk-full", { behaviour: { kind: "context_limit", messages: 2 } });
    const { memory } = await ask();
    const second = await ask({ apiKey: "sk-full", memory, text: "and now?" });
    expect(second).toMatchObject({ outcome: { status: "answered" }, text: "You said: and now?" });
    expect(second.types).toEqual(["delta", "facts", "memory"]);
    expect(remembered(second.memory)).toEqual(["user: and now?", "assistant: You said: and now?"]);
  });

  test("is not asked again if the question alone exceeds its context", async () => {
    simulator.configure("sk-full-at-once", { behaviour: { kind: "context_limit", messages: 0 } });
    const { outcome } = await ask({ apiKey: "sk-full-at-once" });
    expect(outcome).toEqual({
      status: "failed",
      code: "refused",
      retryable: false,
      detail: "HTTP 400 context_length_exceeded",
    });
    expect(requestsOf("sk-full-at-once")).toHaveLength(1);
  });
});

describe("failures", () => {
  test("a wrong key is refused", async () => {
    expect((await ask({ apiKey: "wrong" })).outcome).toMatchObject({
      code: "refused",
      retryable: false,
      detail: "HTTP 401 invalid_api_key",
    });
  });

  test("an unknown model is refused", async () => {
    expect((await ask({ options: { model: "gpt-0" } })).outcome).toMatchObject({
      code: "refused",
      detail: "HTTP 404 model_not_found",
    });
  });

  test.each([
    ["rate limit", { status: 429, code: "rate_limit_exceeded", retryAfter: "7" }, true, 7_000],
    [
      "an account without credit",
      { status: 429, code: "insufficient_quota", retryAfter: "7" },
      false,
      undefined,
    ],
    ["overload", { status: 503, retryAfter: "2" }, true, 2_000],
    ["overload at Anthropic", { status: 529 }, true, undefined],
    ["server error", { status: 500 }, true, undefined],
    ["timeout of a proxy while the server may be working", { status: 524 }, false, undefined],
  ])(
    "%s: retryable only if a retry can help, with the server's Retry-After",
    async (_, error, retryable, retryAfterMs) => {
      const apiKey = `sk-error-${error.status}-${retryable}`;
      simulator.configure(apiKey, { behaviour: { kind: "error", ...error } });
      const { outcome, events } = await ask({ apiKey });
      expect(outcome).toMatchObject({ status: "failed", retryable });
      expect(outcome).toHaveProperty("code", "code" in error && !retryable ? "refused" : "unavailable");
      expect("retryAfterMs" in outcome ? outcome.retryAfterMs : undefined).toBe(retryAfterMs);
      expect(events).toEqual([]);
    },
  );

  test("the server's own words stay out of the detail for logs", async () => {
    await withServer(
      (_, response) =>
        response
          .writeHead(400, { "content-type": "application/json" })
          .end(
            '{"error":{"message":"key sk-secret","type":"sk-secret is wrong","code":"see https://internal"}}',
          ),
      async ({ url }) => {
        expect((await ask({ url })).outcome).toMatchObject({ code: "refused", detail: "HTTP 400 unknown" });
      },
    )();
  });

  test("an error within the stream fails the answer, and nothing is remembered", async () => {
    simulator.configure("sk-breaks", {
      behaviour: { kind: "error_in_stream", code: "server_error", afterDeltas: 2 },
    });
    expect(await ask({ apiKey: "sk-breaks" })).toMatchObject({
      outcome: { status: "failed", code: "model", retryable: false, detail: "error server_error" },
      text: "You said:",
      memory: undefined,
    });
  });

  test("a lost connection leaves the answer incomplete, and nothing is remembered", async () => {
    simulator.configure("sk-cut", { behaviour: { kind: "cut", afterDeltas: 2 } });
    expect(await ask({ apiKey: "sk-cut" })).toMatchObject({
      outcome: { status: "incomplete" },
      text: "You said:",
      memory: undefined,
    });
  });

  test("a server that cannot be reached is worth a retry", async () => {
    expect((await ask({ url: "http://127.0.0.1:9/v1" })).outcome).toMatchObject({
      code: "unavailable",
      retryable: true,
      detail: "unreachable",
    });
  });

  test("a server that sends nothing for five minutes is not asked again, as it may be working", async () => {
    simulator.configure("sk-silent", { behaviour: { kind: "silent" } });
    const clock = makeTestClock();
    const asked = ask({ apiKey: "sk-silent", clock });
    await eventually(() => expect(requestsOf("sk-silent")).toHaveLength(1));
    await clock.advance(openAiTimeouts.firstTextMs);
    expect((await asked).outcome).toMatchObject({ code: "timeout", retryable: false });
  });

  test("no connection is made to a private address", async () => {
    expect((await ask({ apiKey: "sk-private", publicOnly: true })).outcome).toMatchObject({
      code: "refused",
      retryable: false,
      detail: "the address is not public",
    });
    expect(requestsOf("sk-private")).toEqual([]);
  });

  test("an error response whose body never ends is judged by its status", async () => {
    const clock = makeTestClock();
    await withServer(
      (_, response) => {
        response.writeHead(503, { "content-type": "application/json" }).write("{", () => {
          clock.advance(openAiTimeouts.refusalMs);
        });
      },
      async ({ url }) => {
        expect((await ask({ url, clock })).outcome).toMatchObject({ code: "unavailable", retryable: true });
      },
    )();
  });

  test("JSON that is not a completion is no answer", async () => {
    await withServer(
      (_, response) => response.writeHead(200, { "content-type": "application/json" }).end('{"ok":true}'),
      async ({ url }) => {
        expect((await ask({ url })).outcome).toMatchObject({ code: "unavailable", retryable: false });
      },
    )();
  });
});

describe("stopping", () => {
  test("emits the memory of the text so far before abort() returns, and nothing afterwards", async () => {
    simulator.configure("sk-stop", { paceMs: 20, reply: "one two three four five six seven eight" });
    const stop = new AbortController();
    const received: AnswerEvent[] = [];
    let atOnce: AnswerEvent | undefined;
    const { outcome, events, text, memory } = await ask({
      apiKey: "sk-stop",
      limits: { stop: stop.signal },
      listener: (event) => {
        received.push(event);
        if (event.type !== "delta" || stop.signal.aborted || !event.text.includes("three")) return;
        setTimeout(() => {
          stop.abort();
          atOnce = received.at(-1);
        });
      },
    });
    expect(outcome).toEqual({ status: "stopped" });
    expect(text).toBe("one two three");
    expect(remembered(memory)).toEqual(["user: hello", "assistant: one two three"]);
    expect(atOnce?.type).toBe("memory");
    expect(events.at(-1)).toBe(atOnce);
  });

  test("closes the connection", async () => {
    const stop = new AbortController();
    const closed = Promise.withResolvers<void>();
    await withServer(
      (_, response) => {
        response.once("close", closed.resolve);
        response.writeHead(200, { "content-type": "text/event-stream" });
        response.write('data: {"id":"c","choices":[{"delta":{"content":"one"}}]}\n\n');
      },
      async ({ url }) => {
        const listener = (event: AnswerEvent): void => void (event.type === "delta" && stop.abort());
        await ask({ url, limits: { stop: stop.signal }, listener });
        await closed.promise;
      },
    )();
  });

  test("emits no memory before the first text", async () => {
    const stop = new AbortController();
    simulator.configure("sk-stop-early", { behaviour: { kind: "silent" } });
    const asked = ask({ apiKey: "sk-stop-early", limits: { stop: stop.signal } });
    await eventually(() => expect(requestsOf("sk-stop-early")).toHaveLength(1));
    stop.abort();
    expect(await asked).toMatchObject({ outcome: { status: "stopped" }, events: [] });
  });

  test("sends no request if the stop came first", async () => {
    const { outcome } = await ask({ apiKey: "sk-stopped", limits: { stop: AbortSignal.abort() } });
    expect(outcome).toEqual({ status: "stopped" });
    expect(requestsOf("sk-stopped")).toEqual([]);
  });
});

describe("an abandoned turn", () => {
  test("emits nothing more, not even a memory", async () => {
    simulator.configure("sk-lost", { paceMs: 20 });
    const lost = new AbortController();
    const { outcome, types } = await ask({
      apiKey: "sk-lost",
      limits: { signal: lost.signal },
      listener: (event) => void (event.type === "delta" && lost.abort()),
    });
    expect(outcome).toEqual({ status: "abandoned" });
    expect(types).toEqual(["delta"]);
  });

  test("emits nothing more of a whole answer", async () => {
    const behaviour = { kind: "no_streaming", how: "answers_whole" } as const;
    simulator.configure("sk-lost-whole", { reasoning: "two and two", behaviour });
    const lost = new AbortController();
    const { outcome, types } = await ask({
      apiKey: "sk-lost-whole",
      limits: { signal: lost.signal },
      listener: (event) => void (event.type === "thought" && lost.abort()),
    });
    expect(outcome).toEqual({ status: "abandoned" });
    expect(types).toEqual(["thought"]);
  });

  test("sends no request if it was abandoned before", async () => {
    const { outcome } = await ask({ apiKey: "sk-lost-before", limits: { signal: AbortSignal.abort() } });
    expect(outcome).toEqual({ status: "abandoned" });
    expect(requestsOf("sk-lost-before")).toEqual([]);
  });
});

describe("an error of the listener", () => {
  test.each(["delta", "facts", "memory"])("at event %s rejects", async (type) => {
    const listener = (event: AnswerEvent): void => {
      if (event.type === type) throw new Error(`at ${type}`);
    };
    await expect(ask({ listener })).rejects.toThrow(`at ${type}`);
  });

  test("at the memory event of a stop rejects", async () => {
    simulator.configure("sk-stop-throw", { paceMs: 20 });
    const stop = new AbortController();
    const listener = async ({ type }: AnswerEvent): Promise<void> => {
      if (type === "delta") setTimeout(() => stop.abort());
      if (type === "memory") throw new Error("at memory");
    };
    const asked = ask({ apiKey: "sk-stop-throw", limits: { stop: stop.signal }, listener });
    await expect(asked).rejects.toThrow("at memory");
  });
});
