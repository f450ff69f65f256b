import { describe, expect, test } from "@jest/globals";
import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import { cors } from "#adapters/api-gateway/cors.ts";
import { modelTypes } from "#core/bot/integration-types.ts";
import { badToken } from "#core/chat/chat-access.ts";
import type { ChatUser } from "#core/chat/chat-user.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import { makeAnswerUser } from "../../../../functions/chat-control/answer-user.ts";
import { makeChatControlRoutes } from "../../../../functions/chat-control/routes.ts";
import { chatUser, startMs } from "../../../support/chat/chat-turns.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { lambdaContext, proxyEvent } from "../../adapters/api-gateway/proxy-event.ts";

const origin = "https://www.example.com";
const base = "/v1/bots/{userId}";

interface Given {
  readonly token?: string;
  readonly body?: string;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly parameters?: Record<string, string>;
  readonly origins?: readonly string[];
  readonly isRevoked?: boolean;
  /** The result of every call. */
  readonly fails?: unknown;
}

const users: Readonly<Record<string, ChatUser>> = {
  u7: chatUser(),
  bound: chatUser({ bots: ["bot-sales"] }),
};

/** The replies of chat-control, and its effects. */
const call = async (httpMethod: string, path: string, given: Given = {}) => {
  const log = makeMemoryLog();
  const done: unknown[] = [];
  const act = async (...what: unknown[]): Promise<void> => {
    done.push(what);
    if ("fails" in given) throw given.fails;
  };
  const answerUser = makeAnswerUser(
    {
      verifyUserToken: async (authorization) => {
        const user = users[authorization?.replace("Bearer ", "") ?? ""];
        if (!user) throw badToken("is required, as `Authorization: Bearer <token>`");
        return user;
      },
      revocations: { isRevoked: async () => given.isRevoked ?? false },
    },
    makeChatControlRoutes({
      stopChatTurn: (user, botUserId, turn) => act("stop", user.userId, botUserId, turn),
      feedback: {
        suggest: async (user, botUserId, turn) => {
          await act("suggest", user.userId, botUserId, turn);
          return ["And then?"];
        },
        rate: (user, botUserId, turn, feedback) => act("rate", user.userId, botUserId, turn, feedback),
      },
      conversations: {
        find: async (user, botUserId, name) => {
          await act("find", user.userId, botUserId, name);
          return { conversation: name ?? null, startedAt: startMs, expiresAt: startMs + 1, turns: 2 };
        },
        forget: (user, botUserId, name) => act("forget", user.userId, botUserId, name),
      },
      readMessages: async (user, botUserId, name, range) => {
        await act("messages", user.userId, botUserId, name, range);
        return { messages: [], hasMore: true };
      },
      uploadFile: async (user, botUserId, type, readFile) => {
        await act("upload", user.userId, botUserId, type);
        const { kind, name } = await readFile();
        return { type: kind, id: `sealed ${name}` };
      },
    }),
  );
  const handler = makeApiHandler(log, answerUser, [cors(given.origins ?? [origin])]);
  const { token = "u7", query = {} } = given;
  const { statusCode, headers, body } = await handler(
    proxyEvent({
      resource: `${base}${path}`,
      path: `${base}${path}`,
      httpMethod,
      pathParameters: given.parameters ?? { userId: "bot-helpdesk", turn: "t1" },
      multiValueQueryStringParameters: Object.fromEntries(
        Object.entries(query).map(([name, value]) => [name, [value]]),
      ),
      headers: { ...(token !== "" && { Authorization: `Bearer ${token}` }), ...given.headers },
      body: given.body ?? null,
    }),
    lambdaContext,
  );
  return { status: statusCode, headers, text: body, json: () => JSON.parse(body), done, log };
};

const upload = {
  headers: { "Content-Type": "multipart/form-data; boundary=b" },
  body: '--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nx\r\n--b--\r\n',
};
const feedback = { body: '{"rating":"like","content":"thanks"}' };

describe("a user", () => {
  test.each<[string, string, Given, unknown, object]>([
    ["POST", "/turns/{turn}/stop", {}, ["stop", "u7", "bot-helpdesk", "t1"], {}],
    [
      "POST",
      "/turns/{turn}/feedback",
      feedback,
      ["rate", "u7", "bot-helpdesk", "t1", { rating: "like", note: "thanks" }],
      {},
    ],
    [
      "POST",
      "/turns/{turn}/feedback",
      { body: '{"rating":null}' },
      ["rate", "u7", "bot-helpdesk", "t1", { rating: null, note: undefined }],
      {},
    ],
    [
      "GET",
      "/turns/{turn}/suggested",
      {},
      ["suggest", "u7", "bot-helpdesk", "t1"],
      { suggested: ["And then?"] },
    ],
    [
      "GET",
      "/conversation",
      { query: { conversation: "trip" } },
      ["find", "u7", "bot-helpdesk", "trip"],
      { conversation: "trip", startedAt: startMs, expiresAt: startMs + 1, turns: 2 },
    ],
    ["GET", "/conversation", {}, ["find", "u7", "bot-helpdesk", undefined], { conversation: null }],
    [
      "DELETE",
      "/conversation",
      { query: { conversation: "trip" } },
      ["forget", "u7", "bot-helpdesk", "trip"],
      {},
    ],
    ["DELETE", "/conversation", {}, ["forget", "u7", "bot-helpdesk", undefined], {}],
    [
      "POST",
      "/files",
      upload,
      ["upload", "u7", "bot-helpdesk", undefined],
      { file: { type: "image", id: "sealed a.png" } },
    ],
    [
      "POST",
      "/files",
      { ...upload, query: { integration: "dify_agent" } },
      ["upload", "u7", "bot-helpdesk", "dify_agent"],
      {},
    ],
    [
      "GET",
      "/conversation/messages",
      {},
      ["messages", "u7", "bot-helpdesk", undefined, { limit: 20, before: undefined }],
      { messages: [], hasMore: true },
    ],
    [
      "GET",
      "/conversation/messages",
      { query: { conversation: "trip", limit: "100", before: "m1" } },
      ["messages", "u7", "bot-helpdesk", "trip", { limit: 100, before: "m1" }],
      {},
    ],
  ])("calls %s %s (%j) and is answered", async (method, path, given, done, reply) => {
    const answer = await call(method, path, given);
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ code: 200, ...reply });
    expect(answer.done).toEqual([done]);
  });
});

const every = [
  ["POST", "/turns/{turn}/stop"],
  ["POST", "/turns/{turn}/feedback"],
  ["GET", "/turns/{turn}/suggested"],
  ["GET", "/conversation"],
  ["GET", "/conversation/messages"],
  ["DELETE", "/conversation"],
  ["POST", "/files"],
] as const;

describe.each(every)("%s %s", (method, path) => {
  test.each<[string, Given, number, number]>([
    ["without a token", { token: "" }, 401, 1004],
    ["with an invalid token", { token: "x" }, 401, 1004],
    ["with a token that was revoked", { isRevoked: true }, 401, 1004],
    ["with a token for other bots", { token: "bound" }, 403, 403],
  ])(
    "%s is rejected before its body or its query is parsed, and nothing is done",
    async (_how, given, status, code) => {
      const answer = await call(method, path, { body: "{", query: { conversation: "" }, ...given });
      expect(answer.status).toBe(status);
      expect(answer.json()).toEqual({ code, errorMessage: expect.any(String) });
      expect(answer.done).toEqual([]);
    },
  );

  test.each<[string, unknown, number, number]>([
    ["an internal error", new Error("password=hunter2"), 500, 1000],
    ["Dify's error", new BridgeError("upstream_refused", "Dify answered hunter2"), 500, 1000],
    ["undefined", undefined, 500, 1000],
  ])("that fails with %s is answered without its details", async (_what, fails, status, code) => {
    const answer = await call(method, path, { ...feedback, fails });
    expect(answer.status).toBe(status);
    expect(answer.json()).toEqual({ code, errorMessage: "internal error, please try again" });
    expect(answer.text).not.toContain("hunter2");
  });

  test("for something that does not exist is a 404 in plain words", async () => {
    const answer = await call(method, path, { ...feedback, fails: callerError("not_found", "turn: none") });
    expect(answer.status).toBe(404);
    expect(answer.json()).toEqual({ code: 404, errorMessage: "turn: none" });
  });

  test("may be read by pages of an allowed origin, including errors, and by no other page", async () => {
    for (const given of [feedback, { token: "" }]) {
      const from = async (Origin: string) =>
        (await call(method, path, { ...given, headers: { Origin } })).headers;
      expect(await from(origin)).toMatchObject({
        "access-control-allow-origin": origin,
        "access-control-expose-headers": "Retry-After, X-Request-ID",
        vary: "Origin",
        "x-request-id": expect.any(String),
      });
      const other = await from("https://www.example.com.evil.example");
      expect(other).toMatchObject({ vary: "Origin" });
      expect(other).not.toHaveProperty("access-control-allow-origin");
    }
  });
});

describe("a mistake in a request is named:", () => {
  test.each<[string, string, Given, string]>([
    ["POST", "/turns/{turn}/feedback", { body: "{" }, "body: must be valid JSON"],
    ["POST", "/turns/{turn}/feedback", {}, "body: must not be empty"],
    ["POST", "/turns/{turn}/feedback", { body: "{}" }, "rating: is required, got nothing"],
    ["GET", "/conversation", { query: { conversation: "" } }, 'conversation: must not be empty, got ""'],
    [
      "GET",
      "/conversation/messages",
      { query: { limit: "101" } },
      'limit: must be an integer from 1 to 100, got "101"',
    ],
    [
      "GET",
      "/conversation/messages",
      { query: { limit: "1e1" } },
      'limit: must be an integer from 1 to 100, got "1e1"',
    ],
    [
      "POST",
      "/files",
      { ...upload, query: { integration: "webhook" } },
      `integration: must be one of ${modelTypes.join(", ")}, got "webhook"`,
    ],
    ["GET", "/conversation/messages", { query: { before: "" } }, 'before: must not be empty, got ""'],
    [
      "DELETE",
      "/conversation",
      { query: { conversation: "x".repeat(65) } },
      "conversation: at most 64 characters, got 65 characters",
    ],
  ])("%s %s %j", async (method, path, given, errorMessage) => {
    const answer = await call(method, path, given);
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ errorMessage });
    expect(answer.done).toEqual([]);
  });

  test("an unknown path", async () => {
    expect((await call("POST", "/turns")).status).toBe(404);
    expect((await call("PATCH", "/conversation")).status).toBe(404);
  });

  test("a path without a bot", async () => {
    expect((await call("GET", "/conversation", { parameters: {} })).status).toBe(404);
    expect(
      (await call("POST", "/turns/{turn}/stop", { parameters: { userId: "bot-helpdesk" } })).status,
    ).toBe(404);
  });
});

describe("a browser's preflight", () => {
  const ask = (Origin: string, origins: readonly string[]) =>
    call("OPTIONS", "/chat", {
      token: "",
      origins,
      headers: { Origin, "Access-Control-Request-Method": "POST" },
    });

  test("is told what a page of an allowed origin may send, without a token, and for how long to cache that", async () => {
    const { status, headers, text, done } = await ask(origin, ["https://a.example", origin]);
    expect({ status, text, done }).toEqual({ status: 204, text: "", done: [] });
    expect(headers).toEqual({
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, POST, DELETE",
      "access-control-allow-headers":
        "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Request-ID",
      "access-control-expose-headers": "Retry-After, X-Request-ID",
      "access-control-max-age": "7200",
      vary: "Origin",
    });
  });

  test.each([
    ["another origin", "https://evil.example", [origin]],
    ["an origin with an allowed one as its prefix", `${origin}.evil.example`, [origin]],
    ["another scheme", "http://www.example.com", [origin]],
    ["no origin at all", "null", [origin]],
    ["any origin if none is set", origin, []],
  ])("for %s gets nothing that allows it", async (_which, from, origins) => {
    const { status, headers } = await ask(from, origins);
    expect(status).toBe(204);
    expect(headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("is allowed from any origin if so configured", async () => {
    const { headers } = await ask("https://anywhere.example", ["*"]);
    expect(headers).toMatchObject({ "access-control-allow-origin": "*" });
    expect(headers).not.toHaveProperty("vary");
  });
});
