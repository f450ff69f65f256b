import { once } from "node:events";
import { createServer } from "node:http";
import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { readMemory, writeMemory } from "#adapters/dify/dify-ids.ts";
import { difyInputs } from "#adapters/dify/dify-inputs.ts";
import { difyRequest, toDifyQuestion } from "#adapters/dify/dify-request.ts";
import { type DifyTimeouts, difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { cannotStream, httpFailure, runFailure, streamFailure } from "#adapters/dify/failures.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import { withTrace } from "#adapters/node/trace.ts";
import type { AnswerEvent } from "#core/answer/answer.ts";
import type { AskLimits } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import type { QuestionFile } from "#core/message/question-file.ts";
import { type DifySimulator, startDifySimulator } from "../../../../local/dify/server.ts";
import { closeServer } from "../../../../local/http-server.ts";
import { closeAfterAll, closeAfterEach } from "../../../support/close-after.ts";
import { cutAfter, silence } from "../../../support/dify-scripts.ts";
import { recording } from "../../../support/recordings.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { bot, difyIntegration, messageEvent } from "../../../support/turns.ts";
import { withServer } from "../http/servers.ts";
import { questionOf } from "./dify-calls.ts";

let dify: DifySimulator;
beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator({ paceMs: 1 }));
});

const ask = async (given: {
  readonly apiKey: string;
  readonly type?: DifyType;
  readonly callbackUrl?: string;
  readonly conversationId?: string;
  readonly user?: string;
  readonly timeouts?: Partial<DifyTimeouts>;
  readonly limits?: AskLimits;
  readonly publicOnly?: boolean;
  readonly files?: readonly QuestionFile[];
}) => {
  const { apiKey, type = "dify_chatflow", callbackUrl = dify.url, user = "u7" } = given;
  const integration = difyIntegration({ apiKey, type, callbackUrl });
  const { files = [], conversationId } = given;
  const question = questionOf({ integration, files, user, conversationId });
  const events: AnswerEvent[] = [];
  const paths: string[] = [];
  const sendHttp = makeHttpClient({ publicOnly: given.publicOnly ?? false, clock: systemClock });
  const askDify = makeAskDify({
    sendHttp: (call) => {
      paths.push(call.url.pathname);
      return sendHttp(call);
    },
    clock: systemClock,
    timeouts: { ...difyTimeouts, secondEndMs: 50, ...given.timeouts },
  });
  const outcome = await askDify(question, (event) => void events.push(event), given.limits ?? noLimits());
  const text = events.map((event) => (event.type === "delta" ? event.text : "")).join("");
  return { outcome, events, text, paths, request: dify.requests.at(-1) };
};

test("a question continues the request's trace in Dify, and its session is the same in each turn, without the user's id", async () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const inTrace = async (given: Parameters<typeof ask>[0]) => {
    const { request } = await withTrace({ requestId: "order-7", traceId }, () => ask(given));
    return request?.headers ?? {};
  };
  const first = await inTrace({ apiKey: "app-one" });
  const second = await inTrace({ apiKey: "app-one" });
  expect(first["x-trace-id"]).toBe(traceId);
  expect(first.traceparent).toMatch(new RegExp(`^00-${traceId}-[\\da-f]{16}-01$`));
  expect(first["x-trace-session-id"]).toMatch(/^[\da-f]{32}$/);
  expect(second["x-trace-session-id"]).toBe(first["x-trace-session-id"]);
  expect((await ask({ apiKey: "app-one" })).request?.headers["x-trace-id"]).toBeUndefined();
});

describe("a question", () => {
  test("is sent with the bearer key, streaming, all inputs, the user, no name and no empty conversation", async () => {
    const { outcome, request } = await ask({ apiKey: "app-one" });
    expect(outcome).toEqual({ status: "answered" });
    expect(request).toMatchObject({ method: "POST", path: "/v1/chat-messages" });
    expect(request?.headers.authorization).toBe("Bearer app-one");
    expect(request?.body).toEqual({
      query: "hello",
      inputs: difyInputs(bot(), messageEvent()),
      response_mode: "streaming",
      user: "u7",
      auto_generate_name: false,
    });
  });

  test("continues the conversation that Dify named", async () => {
    const first = await ask({ apiKey: "app-one" });
    const memory = first.events.find((event) => event.type === "memory")?.memory ?? "";
    const { conversationId, user } = readMemory(memory) ?? {};
    expect(user).toBe("u7");
    const second = await ask({ apiKey: "app-one", conversationId: conversationId ?? "" });
    expect(second.request?.body).toMatchObject({ conversation_id: conversationId });
    expect(second.events.map(({ type }) => type)).not.toContain("memory");
  });

  test.each([
    ["dify_completion", "completion", "/v1/completion-messages"],
    ["dify_workflow", "workflow", "/v1/workflows/run"],
  ] as const)("of %s puts the user's text into inputs.query", async (type, mode, path) => {
    dify.configure(`app-${mode}`, { mode });
    const { outcome, request, text } = await ask({ apiKey: `app-${mode}`, type });
    expect(outcome).toEqual({ status: "answered" });
    expect(text).not.toBe("");
    expect(request?.path).toBe(path);
    expect(request?.body).toMatchObject({ inputs: { query: "hello", bot_name: "Helpdesk" } });
  });

  test("from a user id longer than Dify accepts is sent under its hash", async () => {
    const { outcome, request } = await ask({ apiKey: "app-one", user: "x".repeat(256) });
    expect(outcome).toEqual({ status: "answered" });
    expect(request?.body).toMatchObject({ user: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
});

describe("an answer over the wire", () => {
  test("from a real Dify arrives whole, however it is split on the way", async () => {
    expect((await ask({ apiKey: "app-replay-1.12.1-cf-llm-stream" })).text).toBe("你好，you said: hi llm 👋");
    expect((await ask({ apiKey: "app-replay-0.15.3-chat-stream" })).text).toBe("你好，you said: hi 👋");
  });

  test.each([
    ["a wrong key", "key-without-prefix", { code: "refused", retryable: false }],
    ["a malformed request", "app-replay-1.12.1-err-required", { code: "refused", retryable: false }],
    ["an app of another mode", "app-replay-0.15.3-err-notchat", { code: "refused", retryable: false }],
    ["a lost conversation (1.12.1)", "app-replay-1.12.1-cf-unknown-conv", { code: "conversation_lost" }],
    ["a lost conversation (0.15.3)", "app-replay-0.15.3-cf-wrong-user", { code: "conversation_lost" }],
    ["a model that rejects", "app-replay-1.12.1-llm-chatflow-FAIL401", { code: "model", retryable: false }],
    ["a path that Dify does not know", "app-replay-1.12.1-err-404", { code: "refused", retryable: false }],
  ])("that is an error because of %s is reported as such", async (_, apiKey, outcome) => {
    expect((await ask({ apiKey })).outcome).toMatchObject({ status: "failed", ...outcome });
  });

  test("that fails because the server is unreachable is retryable", async () => {
    const { outcome } = await ask({ apiKey: "app-one", callbackUrl: "http://127.0.0.1:9/v1" });
    expect(outcome).toEqual({
      status: "failed",
      code: "unavailable",
      retryable: true,
      detail: "unreachable",
    });
  });

  test("that does not begin in time is given up, and not requested twice", async () => {
    dify.configure("app-silent", { script: silence });
    const { outcome } = await ask({ apiKey: "app-silent", timeouts: { headMs: 100, silenceMs: 100 } });
    expect(outcome).toMatchObject({ status: "failed", code: "timeout", retryable: false });
  });

  test("that is cut halfway is incomplete", async () => {
    dify.configure("app-cut", { script: cutAfter(["Half ", "of it "]) });
    const { outcome, text } = await ask({ apiKey: "app-cut" });
    expect(outcome).toEqual({ status: "incomplete" });
    expect(text).not.toBe("");
  });

  test("from a private address is not fetched if only public ones are allowed", async () => {
    const before = dify.requests.length;
    const { outcome } = await ask({ apiKey: "app-one", publicOnly: true });
    expect(outcome).toMatchObject({ status: "failed", code: "refused", retryable: false });
    expect(dify.requests).toHaveLength(before);
  });
});

describe("an answer that is no longer wanted", () => {
  test.each(["1.12.1", "1.16.1"] as const)(
    "is abandoned at once when the lease is lost in the middle of it, and Dify %s is asked nothing more",
    async (version) => {
      dify.configure("app-slow", { version, paceMs: 100 });
      const lost = new AbortController();
      setTimeout(() => lost.abort(), 250);
      const { outcome, paths } = await ask({ apiKey: "app-slow", limits: noLimits({ signal: lost.signal }) });
      expect(outcome).toEqual({ status: "abandoned" });
      expect(paths).toEqual(["/v1/chat-messages"]);
    },
  );

  test("is not even requested if the lease was lost before", async () => {
    const before = dify.requests.length;
    const { outcome } = await ask({ apiKey: "app-one", limits: noLimits({ signal: AbortSignal.abort() }) });
    expect(outcome).toEqual({ status: "abandoned" });
    expect(dify.requests).toHaveLength(before);
  });

  test("ends at the turn's deadline, whatever Dify still sends", async () => {
    dify.configure("app-slow", { paceMs: 100 });
    const { outcome } = await ask({ apiKey: "app-slow", limits: noLimits({ deadline: Date.now() + 300 }) });
    expect(outcome).toMatchObject({ status: "failed", code: "timeout", retryable: false });
  });

  test("with an error status and an endless body is judged by its status", async () => {
    const stalled = createServer((_request, response) => {
      response.writeHead(503, { "content-type": "application/json" }).write("{");
    }).listen(0, "127.0.0.1");
    closeAfterEach({ close: () => closeServer(stalled) });
    await once(stalled, "listening");
    const address = stalled.address();
    const callbackUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/v1`;
    const { outcome } = await ask({ apiKey: "app-one", callbackUrl, timeouts: { refusalMs: 100 } });
    expect(outcome).toMatchObject({ status: "failed", code: "unavailable", retryable: true });
  });
});

test(
  "an error response says when Dify may be called again",
  withServer(
    (_request, response) => {
      response.writeHead(429, { "retry-after": "7" }).end('{"code":"too_many_requests"}');
    },
    async ({ url }) => {
      const { outcome } = await ask({ apiKey: "app-one", callbackUrl: `${url}/v1` });
      expect(outcome).toMatchObject({ status: "failed", retryable: true, retryAfterMs: 7_000 });
    },
  ),
);

describe("the user that is sent to Dify", () => {
  const inGroup = messageEvent({ channelType: "GROUP", toUserId: "g1" }, { type: "message:group_mentioned" });

  test("is the group for every sender if the group shares a conversation", () => {
    const shared = difyIntegration({ options: { context: "group" } });
    const asked = toDifyQuestion({ ...questionOf({ integration: shared }), event: inGroup });
    expect(asked).toMatchObject({ user: "group:g1", inputs: { data_fromUserId: "u7" } });
    const apart = toDifyQuestion({ ...questionOf({ integration: difyIntegration() }), event: inGroup });
    expect(apart.user).toBe("u7");
  });

  test("is the one with whom the conversation began", () => {
    const question = questionOf({ integration: difyIntegration() });
    const memory = writeMemory({ conversationId: "c1", user: "somebody" });
    expect(toDifyQuestion({ ...question, memory })).toMatchObject({ user: "somebody", conversationId: "c1" });
  });

  test.each(["", "nonsense", "{}", '{"conversationId":7,"user":"u7"}'])(
    "is the sender if the memory (%j) is not one of Dify's",
    (memory) => {
      const question = questionOf({ integration: difyIntegration() });
      const asked = toDifyQuestion({ ...question, memory });
      expect(asked).toMatchObject({ user: "u7", conversationId: undefined });
    },
  );
});

test("metadata called query does not replace the user's text", () => {
  const integration = difyIntegration({
    type: "dify_completion",
    callbackUrl: "https://dify.example/v1/?tenant=7",
  });
  const question = questionOf({ integration, text: "what the user said" });
  const asked = toDifyQuestion({ ...question, bot: bot({ metadata: { query: "from the metadata" } }) });
  const { url, body } = difyRequest(asked, "streaming");
  expect(JSON.parse(body)).toMatchObject({ inputs: { query: "what the user said" } });
  expect(url.href).toBe("https://dify.example/v1/completion-messages?tenant=7");
});

describe("an error response", () => {
  test.each([
    [429, "too_many_requests", "", true],
    [429, "rate_limit_error", "", true],
    [400, "invalid_param", "Too many requests. Please try again later. The current maximum…", true],
    [500, "unknown", "Internal Server Error", true],
    [502, "unknown", "", true],
    // A model's 429 under the code of other failures, as until 1.15.
    [400, "completion_request_error", "API request failed with status code 429", true],
    [400, "completion_request_error", "API request failed with status code 400", false],
    [400, "provider_quota_exceeded", "", false],
    [401, "unauthorized", "Access token is invalid", false],
    [403, "forbidden", "", false],
  ])("of HTTP %i %s (%s) is retryable: %s", (status, code, message, retryable) => {
    expect(httpFailure(status, code, message).retryable).toBe(retryable);
  });

  test.each([
    ["conversation_completed", "", true],
    ["completion_request_error", "messages with images are not supported", true],
    ["provider_not_initialize", "", true],
    ["model_currently_not_support", "", true],
    ["invalid_param", "conversation_id must be a valid UUID", true],
    ["app_unavailable", "", false],
    ["completion_request_error", "The server had an error: 500", false],
    ["invalid_param", "nick is required in input form", false],
  ])("of HTTP 400 %s (%s) may be answered in a new conversation: %s", (code, message, may) => {
    expect(httpFailure(400, code, message).mayNeedNewConversation ?? false).toBe(may);
  });

  test.each([
    ["nick is required in input form", "input nick: required"],
    ["nick in input form must be less than 48 characters", "input nick: at most 48 characters"],
    ["lang in input form must be one of the following: ['en', 'zh']", "input lang: not one of its options"],
    ["(type 'text-input') nick in input form must be a string", "input nick: must be a string"],
    ["level in input form must be a valid number", "input level: must be a valid number"],
  ])("of an input names it and its limit in the logs, however it comes: %s", (message, detail) => {
    const expected = { code: "refused", retryable: false, detail: expect.stringMatching(`, ${detail}$`) };
    expect(httpFailure(400, "invalid_param", message)).toMatchObject(expected);
    expect(streamFailure("unknown", message)).toMatchObject(expected);
    expect(runFailure({ status: "failed", error: message, steps: 0 })).toMatchObject(expected);
  });

  test("of an input never brings the user's text into the logs", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const { detail } = httpFailure(400, "invalid_param", `${name} is required in input form`);
        expect(detail).toMatch(/^HTTP 400 invalid_param(, input [\w-]+: required)?$/);
      }),
    );
  });

  test.each([
    ["App does not support streaming mode", true],
    ["this app doesn't support Stream responses", true],
    ["Streaming is not supported by this app", true],
    ["Agent App only supports streaming response mode.", false],
    ["Agent Chat App does not support blocking mode", false],
    ["streaming is required", false],
    // Only its beginning is read.
    [`${" ".repeat(1_000)}App does not support streaming mode`, false],
  ])("%j says that the app cannot stream: %p", (message, says) => {
    expect(cannotStream(message)).toBe(says);
  });

  test("of a real Dify keeps its message out of the logs", () => {
    const { body } = recording("1.12.1/chat-block-FAIL401");
    const { code, message } = JSON.parse(body.toString("utf8"));
    expect(httpFailure(400, code, message).detail).toBe("HTTP 400 completion_request_error");
  });
});
