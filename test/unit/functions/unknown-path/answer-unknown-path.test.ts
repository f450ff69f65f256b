import { describe, expect, test } from "@jest/globals";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { makeApiHandler } from "#adapters/api-gateway/api-handler.ts";
import { signatureOf } from "#adapters/rongcloud/signature.ts";
import { makeVerifyCall } from "#adapters/rongcloud/verify-call.ts";
import type { ForwardCall } from "#core/intake/forward-call.ts";
import { makeAnswerUnknownPath } from "../../../../functions/unknown-path/answer-unknown-path.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryReplays } from "../../../support/memory-replays.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { lambdaContext, proxyEvent } from "../../adapters/api-gateway/proxy-event.ts";
import {
  type Answer,
  answerWith,
  isSigned,
  newestSecret,
  withRongCloud,
} from "../../adapters/rongcloud/rongcloud.ts";
import { app, appsOf } from "../../adapters/secrets/apps.ts";

const startMs = Date.UTC(2026, 0, 1);

/** The function as it is composed, without AWS. */
const setUp = (forwardCall: ForwardCall | undefined) => {
  const clock = makeTestClock(startMs);
  const log = makeMemoryLog();
  const verifyCall = makeVerifyCall({
    apps: appsOf(app()),
    replays: makeMemoryReplays(clock),
    clock,
    windowMs: 300_000,
  });
  const handler = makeApiHandler(log, makeAnswerUnknownPath({ verifyCall, forwardCall }));
  const call = async (given: Partial<APIGatewayProxyEvent> = {}) => {
    const path = given.path ?? "/user/info.json";
    const event = proxyEvent({
      path,
      body: "userId=u7",
      ...given,
      resource: "/{proxy+}",
      pathParameters: { proxy: path.slice(1) },
    });
    const { statusCode, headers, body } = await handler(event, lambdaContext);
    return { status: statusCode, headers, text: body };
  };
  return { call, clock, log };
};

const form = "application/x-www-form-urlencoded";

const signed = (given: Record<string, string> = {}, nonce = "n-1"): Record<string, string> => ({
  "App-Key": "app-one",
  Nonce: nonce,
  Timestamp: String(startMs),
  Signature: signatureOf(newestSecret, nonce, String(startMs)),
  "Content-Type": form,
  ...given,
});

const withRcNames = (headers: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name === "Content-Type" ? name : `RC-${name}`, value]),
  );

const notFound = {
  status: 404,
  headers: {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-request-id": expect.any(String),
  },
  text: '{"code":404,"errorMessage":"no such path"}',
};

const info: Answer = answerWith(200, "application/json;charset=utf-8", '{"code":200,"userName":"Ann"}');

describe("stand-alone, an unknown path", () => {
  test.each([
    ["no one signed", undefined],
    ["an app signed", signed()],
    ["an attacker signed", signed({ Signature: "0".repeat(40) })],
  ])("is 404 if %s it, and nothing is echoed", async (_name, headers) => {
    const { call } = setUp(undefined);
    expect(await call({ path: "/<script>", ...(headers && { headers }) })).toEqual(notFound);
  });
});

describe("stand-alone, a path of RongCloud's API that the bridge does not serve", () => {
  const standAlone = "is served by RongCloud only: this bridge runs stand-alone (passThrough is off)";
  const saying = (errorMessage: string) => ({
    ...notFound,
    text: JSON.stringify({ code: 404, errorMessage }),
  });

  test.each([
    ["/group/create.json", `/group/create.json ${standAlone}`],
    ["/message/history.json", `/message/history.json ${standAlone} and stores no messages`],
    ["/message/history/delete.json", `/message/history/delete.json ${standAlone} and stores no messages`],
    ["/v3/message/private/query.json", `/v3/message/private/query.json ${standAlone} and stores no messages`],
    [
      "/conversation/message/history/clean.json",
      `/conversation/message/history/clean.json ${standAlone} and stores no messages`,
    ],
  ])("is 404 with the reason for the app's server: %s", async (path, message) => {
    expect(await setUp(undefined).call({ path, headers: signed() })).toEqual(saying(message));
  });

  test("is 404 without a reason if it is not signed", async () => {
    expect(await setUp(undefined).call({ path: "/group/create.json" })).toEqual(notFound);
  });

  test.each([
    ["forged", signed({ Signature: "0".repeat(40) })],
    ["signed by an unknown app", signed({ "App-Key": "app-two" })],
  ])("is 401 if it is %s, as it is in front of RongCloud", async (_name, headers) => {
    const { status, text } = await setUp(undefined).call({ path: "/group/create.json", headers });
    expect(status).toBe(401);
    expect(text).not.toContain("stand-alone");
  });

  test.each([
    "/",
    "/group/create",
    "/group/create.json/",
    "/group//create.json",
    '/group/"><script>.json',
    "/group/\u202e.json",
    "/群组/create.json",
    `/${"x".repeat(33)}.json`,
    `${"/x".repeat(9)}.json`,
  ])("is not mistaken for %j, which is not quoted", async (path) => {
    expect(await setUp(undefined).call({ path, headers: signed() })).toEqual(notFound);
  });
});

describe("with a real RongCloud behind the bridge, an unknown path", () => {
  test(
    "is 404 if it is not signed, and RongCloud is not called",
    withRongCloud(info, async ({ forwardCall, received }) => {
      const { call } = setUp(forwardCall);
      expect(await call()).toEqual(notFound);
      expect(await call({ path: "/", httpMethod: "GET", body: null })).toEqual(notFound);
      expect(await call({ headers: { "App-Key": "app-one", Nonce: "n", Timestamp: "1" } })).toEqual(notFound);
      expect(received).toEqual([]);
    }),
  );

  test.each([
    ["with their names", signed()],
    ["with their RC- names", withRcNames(signed())],
  ])("is sent to RongCloud if it is signed %s, and RongCloud's reply is returned", async (_name, headers) => {
    await withRongCloud(info, async ({ forwardCall, received }) => {
      const { call } = setUp(forwardCall);
      expect(await call({ headers: { ...headers, "X-Request-ID": "order-7" } })).toEqual({
        status: 200,
        headers: { "content-type": "application/json;charset=utf-8", "x-request-id": "order-7" },
        text: '{"code":200,"userName":"Ann"}',
      });
      expect(received).toMatchObject([
        {
          method: "POST",
          path: "/user/info.json",
          headers: { "content-type": form, "x-request-id": "order-7" },
        },
      ]);
      expect(received[0]?.body.toString()).toBe("userId=u7");
      expect(received.map(isSigned)).toEqual([true]);
    })();
  });

  test(
    "keeps its query, each value of it, in any script",
    withRongCloud(info, async ({ forwardCall, received }) => {
      await setUp(forwardCall).call({
        headers: signed(),
        multiValueQueryStringParameters: { id: ["b", "a"], name: ["你好 &=+%20"], empty: [""] },
      });
      const { pathname, searchParams } = new URL(`http://im${received[0]?.path}`);
      expect(pathname).toBe("/user/info.json");
      expect([...searchParams]).toEqual([
        ["id", "b"],
        ["id", "a"],
        ["name", "你好 &=+%20"],
        ["empty", ""],
      ]);
    }),
  );

  test(
    "is sent as JSON if it is JSON, even if API Gateway encoded it as base64",
    withRongCloud(info, async ({ forwardCall, received }) => {
      const body = '{"name":"你好 😀"}';
      await setUp(forwardCall).call({
        headers: signed({ "Content-Type": "application/json;charset=utf-8" }),
        body: Buffer.from(body).toString("base64"),
        isBase64Encoded: true,
      });
      expect(received).toMatchObject([{ headers: { "content-type": "application/json;charset=utf-8" } }]);
      expect(received[0]?.body.toString()).toBe(body);
    }),
  );

  test(
    "is sent as a form if it has no content type, like all of the API that is not JSON",
    withRongCloud(info, async ({ forwardCall, received }) => {
      const { "Content-Type": _type, ...headers } = signed();
      await setUp(forwardCall).call({ headers });
      expect(received).toMatchObject([{ headers: { "content-type": form } }]);
    }),
  );

  test(
    "may be a GET",
    withRongCloud(info, async ({ forwardCall, received }) => {
      const { call } = setUp(forwardCall);
      expect(await call({ httpMethod: "GET", headers: signed(), body: null })).toMatchObject({ status: 200 });
      expect(received).toMatchObject([{ method: "GET", path: "/user/info.json" }]);
      expect(received[0]?.body).toHaveLength(0);
    }),
  );

  test.each(["text/plain\u0000", "a\r\nb: c", "类型", "", "x".repeat(257)])(
    "is 400 with the content type %j, which no header may have",
    async (contentType) => {
      await withRongCloud(info, async ({ forwardCall, received }) => {
        const reply = await setUp(forwardCall).call({ headers: signed({ "Content-Type": contentType }) });
        expect(reply).toMatchObject({
          status: 400,
          text: '{"code":1002,"errorMessage":"content-type: must be 1 to 256 printable ASCII characters"}',
        });
        expect(received).toEqual([]);
      })();
    },
  );

  test.each(["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])(
    "is 404 with %s, which RongCloud's API does not support",
    async (httpMethod) => {
      await withRongCloud(info, async ({ forwardCall, received }) => {
        expect(await setUp(forwardCall).call({ httpMethod, headers: signed() })).toEqual(notFound);
        expect(received).toEqual([]);
      })();
    },
  );

  test(
    "is sent without the caller's headers except the content type and the request's id: no cookie, no address, no signature",
    withRongCloud(info, async ({ forwardCall, received, url }) => {
      const sent = signed({
        Cookie: "session=1",
        Authorization: "Bearer secret",
        Host: "bridge.example.com",
        "X-Forwarded-For": "198.51.100.7",
        "User-Agent": "curl/8.7.1",
        "X-Request-ID": "order-7",
        "Content-Length": "9999",
        Connection: "close",
      });
      await setUp(forwardCall).call({ headers: sent });
      const { headers = {} } = received[0] ?? {};
      expect(Object.keys(headers).sort()).toEqual([
        "accept-encoding",
        "app-key",
        "connection",
        "content-length",
        "content-type",
        "host",
        "nonce",
        "signature",
        "timestamp",
        "x-request-id",
      ]);
      expect(headers.host).toBe(new URL(url).host);
      expect(headers.signature).not.toBe(sent.Signature);
    }),
  );

  test.each([
    ["forged", signed({ Signature: "0".repeat(40) }), 1004],
    ["signed by an unknown app", signed({ "App-Key": "app-two" }), 1001],
    ["signed with an empty signature", signed({ Signature: "" }), 1004],
  ])("is 401 if it is %s, and RongCloud is not called", async (_name, headers, code) => {
    await withRongCloud(info, async ({ forwardCall, received }) => {
      const { status, text } = await setUp(forwardCall).call({ headers });
      expect(status).toBe(401);
      expect(JSON.parse(text)).toMatchObject({ code });
      expect(received).toEqual([]);
    })();
  });

  test(
    "is passed through once: a repeated call is a replay, and a stale one is rejected",
    withRongCloud(info, async ({ forwardCall, received }) => {
      const { call, clock } = setUp(forwardCall);
      expect(await call({ headers: signed() })).toMatchObject({ status: 200 });
      expect(await call({ headers: signed() })).toMatchObject({ status: 401 });
      await clock.advance(300_001);
      expect(await call({ headers: signed({}, "n-2") })).toMatchObject({ status: 401 });
      expect(received).toHaveLength(1);
    }),
  );

  test.each([
    [400, '{"code":1002,"errorMessage":"userId is required."}'],
    [404, '{"code":404}'],
    [429, '{"code":1008}'],
    [500, "<h1>Bad Gateway</h1>"],
  ])("returns RongCloud's own reply, even %d", async (status, text) => {
    await withRongCloud(answerWith(status, "text/plain", text), async ({ forwardCall }) => {
      const answered = await setUp(forwardCall).call({ headers: signed() });
      expect(answered).toMatchObject({ status, headers: { "content-type": "text/plain" }, text });
    })();
  });

  test(
    "is 500 if RongCloud does not answer, without internals",
    withRongCloud(
      (response) => void response.destroy(),
      async ({ forwardCall, url }) => {
        const { status, text } = await setUp(forwardCall).call({ headers: signed() });
        expect(status).toBe(500);
        expect(JSON.parse(text)).toEqual({ code: 1000, errorMessage: "internal error, please try again" });
        expect(text).not.toContain(new URL(url).port);
      },
    ),
  );
});
