import { describe, expect, test } from "@jest/globals";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { ForwardedReply } from "#adapters/api-gateway/forwarded-reply.ts";
import { makeSignedApi } from "#adapters/api-gateway/signed-api.ts";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { currentTrace } from "#adapters/node/trace.ts";
import { BridgeError, callerError, type ErrorCode } from "#core/shared/errors.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { app } from "../secrets/apps.ts";
import { lambdaContext, proxyEvent } from "./proxy-event.ts";

interface Given {
  readonly event?: Partial<APIGatewayProxyEvent>;
  readonly answer?: (request: ApiRequest) => Promise<object | ForwardedReply>;
}

/** One request through a handler as Lambda runs it. */
const ask = async ({ event = {}, answer = async () => ({ code: 200 }) }: Given = {}) => {
  const lines: string[] = [];
  const log = makeJsonLog((line) => void lines.push(line));
  const result: APIGatewayProxyResult = await makeApiHandler(log, answer)(proxyEvent(event), lambdaContext);
  return {
    status: result.statusCode,
    headers: result.headers ?? {},
    text: result.body,
    body: JSON.parse(result.body),
    log: lines.map((line) => JSON.parse(line)),
  };
};

const failing = (error: unknown) => ({
  answer: async (): Promise<object> => {
    throw error;
  },
});

const requestSeen = async (event: Partial<APIGatewayProxyEvent>): Promise<ApiRequest | undefined> => {
  const seen: ApiRequest[] = [];
  await ask({
    event,
    answer: async (request) => {
      seen.push(request);
      return {};
    },
  });
  return seen[0];
};

describe("a request", () => {
  test("is answered 200 with the route's result, as JSON in UTF-8", async () => {
    const reply = await ask({ answer: async () => ({ code: 200, userId: "你好 😀" }) });
    expect(reply.status).toBe(200);
    expect(reply.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(reply.body).toEqual({ code: 200, userId: "你好 😀" });
  });

  test("is answered with what no browser or proxy may keep, also if it fails", async () => {
    for (const given of [{}, failing(callerError("not_found", "no such path"))])
      expect((await ask(given)).headers["cache-control"]).toBe("no-store");
  });

  test("reaches the route with its whole body, in UTF-8 or decoded from API Gateway's base64", async () => {
    const body = '{"name":"你好 😀"}';
    const plain = await requestSeen({ body });
    const encoded = await requestSeen({ body: Buffer.from(body).toString("base64"), isBase64Encoded: true });
    expect(plain?.body.toString("utf8")).toBe(body);
    expect(encoded?.body.toString("utf8")).toBe(body);
  });

  test("reaches the route with bytes that are not UTF-8", async () => {
    const bytes = Buffer.from([0, 255, 254, 128]);
    const request = await requestSeen({ body: bytes.toString("base64"), isBase64Encoded: true });
    expect(request?.body.equals(bytes)).toBe(true);
  });

  test("without a body reaches the route with zero bytes", async () => {
    expect((await requestSeen({ body: null }))?.body).toHaveLength(0);
  });

  test("reaches the route with header names in lower case, however they were sent", async () => {
    const request = await requestSeen({ headers: { "App-Key": "k", NONCE: "n", timestamp: "t" } });
    expect(request?.headers).toMatchObject({ "app-key": "k", nonce: "n", timestamp: "t" });
  });
});

describe("a request's query", () => {
  const queryOf = async (sent: APIGatewayProxyEvent["multiValueQueryStringParameters"]) => {
    const request = await requestSeen({ multiValueQueryStringParameters: sent });
    return [...(request?.query ?? [])];
  };

  test("reaches the route with each of its values, as API Gateway decodes them", async () => {
    expect(await queryOf({ nonce: ["n+1 &=%2B"], name: ["你好 😀"], empty: [""] })).toEqual([
      ["nonce", "n+1 &=%2B"],
      ["name", "你好 😀"],
      ["empty", ""],
    ]);
  });

  test("reaches the route with all values sent under one name, in order", async () => {
    expect(await queryOf({ id: ["b", "a", "b"], page: ["2"] })).toEqual([
      ["id", "b"],
      ["id", "a"],
      ["id", "b"],
      ["page", "2"],
    ]);
  });

  test.each([null, {}, { name: undefined }])("that is missing, %j, is empty", async (sent) => {
    expect(await queryOf(sent)).toEqual([]);
  });
});

describe("a request's path", () => {
  test("reaches the route as it was called, along with the template's path", async () => {
    const request = await requestSeen({
      resource: "/{proxy+}",
      path: "/user/info.json",
      pathParameters: { proxy: "user/info.json" },
    });
    expect(request).toMatchObject({ route: "/{proxy+}", method: "POST", path: "/user/info.json" });
  });

  test("reaches the route without the base path of a custom domain", async () => {
    const unknown = await requestSeen({
      resource: "/{proxy+}",
      path: "/bots/user/info.json",
      pathParameters: { proxy: "user/info.json" },
    });
    expect(unknown?.path).toBe("/user/info.json");
    const known = await requestSeen({ resource: "/user/getToken.json", path: "/bots/user/getToken.json" });
    expect(known?.route).toBe("/user/getToken.json");
  });

  test("that is the root is the root", async () => {
    expect(await requestSeen({ resource: "/", path: "/" })).toMatchObject({ route: "/", path: "/" });
  });
});

describe("a reply from the IM", () => {
  const passed = (status: number, contentType: string, body: string) => ({
    answer: async () => new ForwardedReply({ status, contentType, body }),
    event: { headers: { "X-Request-ID": "order-7" } },
  });

  test.each([
    [200, "application/json; charset=utf-8", '{"code":200,"userName":"你好"}'],
    [400, "application/json", '{"code":1002}'],
    [503, "text/html", "<h1>Busy</h1>"],
    [204, "application/json", ""],
  ])("%i, %s, reaches the caller unchanged, with the request's id", async (status, contentType, body) => {
    const given = passed(status, contentType, body);
    const log = makeMemoryLog();
    const result = await makeApiHandler(log, given.answer)(proxyEvent(given.event), lambdaContext);
    expect(result).toEqual({
      statusCode: status,
      headers: { "content-type": contentType, "x-request-id": "order-7" },
      body,
    });
    expect(log.lines).toEqual([]);
  });
});

describe("a request's id", () => {
  test.each(["X-Request-ID", "x-request-id", "X-REQUEST-ID"])("sent as %s is returned", async (name) => {
    const { headers } = await ask({ event: { headers: { [name]: "order-7" } } });
    expect(headers["x-request-id"]).toBe("order-7");
  });

  test("is returned with an error, too", async () => {
    const reply = await ask({
      event: { headers: { "X-Request-ID": "order-7" } },
      ...failing(callerError("bad_parameter", "name: is required, got nothing")),
    });
    expect(reply).toMatchObject({ status: 400, headers: { "x-request-id": "order-7" } });
  });

  test.each([
    ["none", undefined],
    ["an empty one", ""],
    ["one of 37 characters", "x".repeat(37)],
    ["one that contains another header", "a\r\nset-cookie: x=1"],
    ["one beyond ASCII", "попытка"],
  ])("is generated if the caller sent %s", async (_name, given) => {
    const { headers } = await ask({ event: { headers: { "X-Request-ID": given } } });
    expect(headers["x-request-id"]).toMatch(/^[\da-f-]{36}$/);
  });

  test("of 36 characters is accepted", async () => {
    const given = "x".repeat(36);
    expect((await ask({ event: { headers: { "X-Request-ID": given } } })).headers["x-request-id"]).toBe(
      given,
    );
  });
});

test("a trace that the caller has begun is continued, and all that a request causes is in it", async () => {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const { body } = await ask({
    event: { headers: { "X-Request-ID": "order-7", Traceparent: `00-${traceId}-00f067aa0ba902b7-01` } },
    answer: async () => {
      await Promise.resolve();
      return { ...currentTrace() };
    },
  });
  expect(body).toEqual({ requestId: "order-7", traceId });
});

describe("an error", () => {
  test.each<[ErrorCode, number, number]>([
    ["internal", 500, 1000],
    ["unknown_app", 401, 1001],
    ["bad_parameter", 400, 1002],
    ["empty_body", 400, 1003],
    ["bad_signature", 401, 1004],
    ["parameter_too_long", 400, 1005],
    ["upstream_timeout", 504, 1050],
    ["not_found", 404, 404],
  ])(
    "called %s is HTTP %d with code %d, with its message if that is for the caller",
    async (code, status, bodyCode) => {
      const reply = await ask(failing(callerError(code, "the field, the rule and what was sent")));
      expect(reply).toMatchObject({
        status,
        headers: { "content-type": "application/json; charset=utf-8" },
        body: { code: bodyCode, errorMessage: "the field, the rule and what was sent" },
      });
    },
  );

  test("of the caller is one log line with its request id, and raises no alarm", async () => {
    const { log, headers } = await ask(
      failing(callerError("bad_parameter", 'name: must be a string, got {"a":"private"}')),
    );
    const requestId = headers["x-request-id"];
    expect(log).toEqual([
      {
        timestamp: expect.any(String),
        level: "INFO",
        event: "request_refused",
        requestId,
        traceId: expect.stringMatching(/^[\da-f]{32}$/),
        path: "/v3/bot/create.json",
        status: 400,
        code: 1002,
      },
    ]);
  });

  test.each([
    ["thrown by a library", new TypeError("connect ECONNREFUSED 10.0.3.7:8000")],
    ["thrown as a string", "arn:aws:dynamodb:eu-central-1:123456789012:table/bots"],
    ["thrown as undefined", undefined],
    ["of ours that is not for the caller", new BridgeError("internal", "the table bots-4F5 is gone")],
    ["of the IM", new BridgeError("upstream_refused", "the IM answered HTTP 403, code 1009")],
  ])("%s is 500 with code 1000, reveals nothing, and is logged", async (_name, error) => {
    const { status, body, headers, text, log } = await ask(failing(error));
    expect(status).toBe(500);
    expect(body).toEqual({ code: 1000, errorMessage: "internal error, please try again" });
    expect(JSON.stringify(headers) + text).not.toMatch(/10\.0\.3\.7|arn:aws|bots-4F5|code 1009|at .*\.ts/);
    const requestId = headers["x-request-id"];
    expect(log).toMatchObject([
      {
        level: "ERROR",
        event: "request_failed",
        requestId,
        path: "/v3/bot/create.json",
        status: 500,
        code: 1000,
        reason: String(error),
      },
    ]);
  });
});

describe("a signed path", () => {
  /** An event that records whether its body is read. */
  const watchedEvent = (seen: string[]) =>
    Object.defineProperty(proxyEvent({ path: "/user/getToken.json" }), "body", {
      get: () => {
        seen.push("body");
        return "userId=u7";
      },
    });

  const signedApi = (seen: string[], verified: boolean) =>
    makeSignedApi(
      {
        log: makeMemoryLog(),
        verifyCall: async () => {
          seen.push("verified");
          if (verified) return app();
          throw callerError("bad_signature", "signature: does not match");
        },
      },
      {
        "/user/getToken.json": async ({ appKey }, { body }) => {
          seen.push(`answered ${appKey} ${body}`);
          return { userId: "u7" };
        },
      },
    );

  test("is answered for the app that signed, with code 200 in the body", async () => {
    const seen: string[] = [];
    const reply = await signedApi(seen, true)(watchedEvent(seen), lambdaContext);
    expect(JSON.parse(reply.body)).toEqual({ code: 200, userId: "u7" });
    expect(seen).toEqual(["verified", "body", "answered app-one userId=u7"]);
  });

  test("is answered with the IM's own reply if the route returns one, unchanged", async () => {
    const reply = { status: 429, contentType: "application/json", body: '{"code":1008}' };
    const api = makeSignedApi(
      { log: makeMemoryLog(), verifyCall: async () => app() },
      { "/user/getToken.json": async () => new ForwardedReply(reply) },
    );
    const result = await api(proxyEvent({ path: "/user/getToken.json" }), lambdaContext);
    expect(result).toMatchObject({ statusCode: 429, body: '{"code":1008}' });
  });

  test("with a wrong signature is rejected and its body is not read", async () => {
    const seen: string[] = [];
    const reply = await signedApi(seen, false)(watchedEvent(seen), lambdaContext);
    expect(reply.statusCode).toBe(401);
    expect(JSON.parse(reply.body)).toMatchObject({ code: 1004 });
    expect(seen).toEqual(["verified"]);
  });

  test.each(["/user/getToken", "/user/getToken.json/", "/constructor", "/__proto__"])(
    "that is not served, %s, is 404 with code 404",
    async (path) => {
      const reply = await signedApi([], true)(proxyEvent({ path }), lambdaContext);
      expect(reply.statusCode).toBe(404);
      expect(JSON.parse(reply.body)).toEqual({ code: 404, errorMessage: "no such path" });
    },
  );
});
