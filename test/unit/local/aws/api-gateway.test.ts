import { request } from "node:http";
import { Readable } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import { makeRouter } from "../../../../local/aws/api-gateway/router.ts";
import { type ObservedExchange, startApiGateway } from "../../../../local/aws/api-gateway/server.ts";
import type { Invoke, Outcome } from "../../../../local/aws/lambda/outcome.ts";
import type { GatewayResponse } from "../../../../local/aws/template/gateway-responses.ts";
import type { Integration } from "../../../../local/aws/template/integrations.ts";
import type { RestApi } from "../../../../local/aws/template/rest-apis.ts";
import type { Throttle } from "../../../../local/aws/template/stages.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const integration: Integration = {
  functionName: "Handler",
  timeoutMs: 29_000,
  transfer: "BUFFERED",
};
const streaming: Integration = { ...integration, transfer: "STREAM" };

const apiWith = (parts: Partial<RestApi>): RestApi => ({
  id: "api",
  binaryMediaTypes: [],
  routes: [{ path: "/{proxy+}", method: "ANY", integration }],
  gatewayResponses: new Map(),
  stage: { name: "v1", throttles: [] },
  ...parts,
});

const serve = async (
  parts: Partial<RestApi>,
  invoke: Invoke,
  onExchange?: (exchange: ObservedExchange) => void,
): Promise<string> => {
  const server = closeAfterEach(
    await startApiGateway({ api: apiWith(parts), port: 0, invoke: () => invoke, onExchange }),
  );
  return server.url;
};

const value = (answer: unknown): Outcome => ({ kind: "value", payload: JSON.stringify(answer) });
const answering =
  (answer: unknown): Invoke =>
  async () =>
    value(answer);
/** Returns the event as the body. */
const echo: Invoke = async (event) => value({ statusCode: 200, body: JSON.stringify(event) });

describe("routing", () => {
  const route = makeRouter(
    [
      ["GET", "/"],
      ["POST", "/v1/bots/{id}"],
      ["GET", "/v1/bots/all"],
      ["POST", "/v1/bots/{id}/chat"],
      ["ANY", "/v1/{proxy+}"],
      ["ANY", "/{proxy+}"],
    ].map(([method = "", path = ""]) => ({ method, path, integration })),
  );

  test.each([
    ["GET", "/", "/", {}],
    ["POST", "/v1/bots/b1", "/v1/bots/{id}", { id: "b1" }],
    ["POST", "/v1/bots/b1/", "/v1/bots/{id}", { id: "b1" }],
    ["GET", "/v1/bots/all", "/v1/bots/all", {}],
    ["POST", "/v1/bots/a%2Fb/chat", "/v1/bots/{id}/chat", { id: "a%2Fb" }],
    ["PUT", "/v1/bots/b1/other/x", "/v1/{proxy+}", { proxy: "bots/b1/other/x" }],
    ["GET", "/v2/bots", "/{proxy+}", { proxy: "v2/bots" }],
  ])("%s %s is routed to %s", (method, path, expected, pathParameters) => {
    const match = route(method, path);
    expect(match?.route.path).toBe(expected);
    expect(match?.pathParameters).toEqual(pathParameters);
  });

  test("a resource without the requested method does not fall back to a wider one", () => {
    expect(route("DELETE", "/v1/bots/all")).toBeUndefined();
    expect(route("POST", "/")).toBeUndefined();
  });
});

describe("the proxy event", () => {
  test("contains the request as in a REST API", async () => {
    const url = await serve({ routes: [{ path: "/bots/{id}", method: "POST", integration }] }, echo);
    const response = await fetch(`${url}/bots/a%20b?x=1&x=2&y=%E4%BD%A0`, {
      method: "POST",
      headers: { "App-Key": "k", "User-Agent": "tests" },
      body: "你好",
    });
    const event = await response.json();
    expect(event).toMatchObject({
      resource: "/bots/{id}",
      path: "/bots/a%20b",
      httpMethod: "POST",
      headers: { "App-Key": "k", "X-Forwarded-Proto": "http" },
      multiValueHeaders: { "App-Key": ["k"] },
      queryStringParameters: { x: "2", y: "你" },
      multiValueQueryStringParameters: { x: ["1", "2"], y: ["你"] },
      pathParameters: { id: "a%20b" },
      stageVariables: null,
      body: "你好",
      isBase64Encoded: false,
      requestContext: {
        accountId: "000000000000",
        apiId: "api",
        stage: "v1",
        httpMethod: "POST",
        path: "/bots/a%20b",
        resourcePath: "/bots/{id}",
        identity: { sourceIp: "127.0.0.1", userAgent: "tests" },
        requestId: response.headers.get("x-amzn-requestid"),
        requestTime: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
        requestTimeEpoch: expect.any(Number),
      },
    });
  });

  test("accepts any name in the query", async () => {
    const url = await serve({}, echo);
    const response = await fetch(`${url}/x?constructor=1&__proto__=2&toString=3`);
    const { multiValueQueryStringParameters } = JSON.parse(await response.text());
    expect(Object.entries(multiValueQueryStringParameters)).toEqual([
      ["constructor", ["1"]],
      ["__proto__", ["2"]],
      ["toString", ["3"]],
    ]);
  });

  test("has null for missing parts of a request", async () => {
    const url = await serve({ routes: [{ path: "/", method: "GET", integration }] }, echo);
    expect(await (await fetch(url)).json()).toMatchObject({
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      body: null,
    });
  });

  test("has base64 for binary media types and for bytes that are not UTF-8", async () => {
    const url = await serve({ binaryMediaTypes: ["image/png"] }, echo);
    const send = async (contentType: string, body: Uint8Array<ArrayBuffer>) =>
      (await fetch(`${url}/x`, { method: "POST", headers: { "content-type": contentType }, body })).json();
    expect(await send("image/png", Buffer.from("text"))).toMatchObject({
      body: Buffer.from("text").toString("base64"),
      isBase64Encoded: true,
    });
    expect(await send("text/plain", Buffer.from([0xff, 0xfe]))).toMatchObject({
      body: "//4=",
      isBase64Encoded: true,
    });
    expect(await send("text/plain", Buffer.from("text"))).toMatchObject({
      body: "text",
      isBase64Encoded: false,
    });
  });
});

describe("the proxy response", () => {
  test("becomes the reply, including several values of a header", async () => {
    const url = await serve(
      {},
      answering({
        statusCode: 201,
        headers: { "X-One": "1", "X-Number": 2, "WWW-Authenticate": "Bearer", "Content-Length": "999" },
        multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"] },
        body: "hello",
      }),
    );
    const response = await fetch(`${url}/x`);
    expect(response.status).toBe(201);
    expect(await response.text()).toBe("hello");
    expect(response.headers.get("x-one")).toBe("1");
    expect(response.headers.get("x-number")).toBe("2");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(response.headers.get("content-type")).toBe("application/json");
    // A REST API renames some headers.
    expect(response.headers.get("www-authenticate")).toBeNull();
    expect(response.headers.get("x-amzn-remapped-www-authenticate")).toBe("Bearer");
  });

  test("in base64 becomes bytes for a client that accepts a binary media type, and otherwise stays a string", async () => {
    const answer = { statusCode: 200, body: "/w==", isBase64Encoded: true };
    const url = await serve({ binaryMediaTypes: ["image/png"] }, answering(answer));
    const get = async (accept: string) =>
      Buffer.from(await (await fetch(`${url}/x`, { headers: { accept } })).arrayBuffer());
    expect(await get("image/png, text/html")).toEqual(Buffer.from([0xff]));
    expect(await get("text/html, image/png")).toEqual(Buffer.from("/w=="));
  });
});

describe("gateway responses", () => {
  const own = (statusCode: number | undefined, template: string): GatewayResponse => ({
    statusCode,
    headers: {
      "Access-Control-Allow-Origin": "'*'",
      "X-Echo": "method.request.header.X-Sent",
      "X-Unknown": "method.request.body",
    },
    templates: { "application/json": template },
  });

  test.each<[string, Outcome, number, object]>([
    [
      "a failed function",
      { kind: "error", error: { errorType: "E", errorMessage: "m" } },
      502,
      { message: "Internal server error" },
    ],
    ["a reply that is not a proxy response", value("hello"), 502, { message: "Internal server error" }],
    ["a reply without status code", value({ body: "" }), 502, { message: "Internal server error" }],
    [
      "a body that is not a string",
      value({ statusCode: 200, body: {} }),
      502,
      { message: "Internal server error" },
    ],
    ["no reply at all", value(null), 502, { message: "Internal server error" }],
  ])("%s is AWS's own 502 by default", async (_name, outcome, status, body) => {
    const url = await serve({}, async () => outcome);
    const response = await fetch(`${url}/x`);
    expect([response.status, await response.json()]).toEqual([status, body]);
  });

  test("an unknown path is 403 by default", async () => {
    const url = await serve({ routes: [] }, echo);
    const response = await fetch(`${url}/x`);
    expect([response.status, await response.json()]).toEqual([
      403,
      { message: "Missing Authentication Token" },
    ]);
    expect(response.headers.get("x-amzn-errortype")).toBe("MissingAuthenticationTokenException");
  });

  test("the API's own replace the defaults that they define", async () => {
    const template =
      '{"code":$context.status,"said":$context.error.messageString,"for":"$context.error.responseType"}';
    const gatewayResponses = new Map([
      ["MISSING_AUTHENTICATION_TOKEN", own(404, template)],
      ["DEFAULT_5XX", own(undefined, template)],
    ]);
    const routes = [{ path: "/fails", method: "GET", integration }];
    const url = await serve({ routes, gatewayResponses }, answering("nonsense"));
    const unknown = await fetch(`${url}/x`, { headers: { "x-sent": "back" } });
    expect(unknown.status).toBe(404);
    expect(unknown.headers.get("access-control-allow-origin")).toBe("*");
    expect(unknown.headers.get("x-echo")).toBe("back");
    expect(unknown.headers.has("x-unknown")).toBe(false);
    expect(await unknown.json()).toEqual({
      code: 404,
      said: "Missing Authentication Token",
      for: "MISSING_AUTHENTICATION_TOKEN",
    });
    const failure = await fetch(`${url}/fails`);
    expect(failure.status).toBe(502);
    expect(await failure.json()).toMatchObject({ code: 502, for: "INTEGRATION_FAILURE" });
  });

  test("a body over 10 MB is 413, one of 10 MB is not", async () => {
    const url = await serve({}, answering({ statusCode: 200 }));
    const post = (bytes: number) => fetch(`${url}/x`, { method: "POST", body: "x".repeat(bytes) });
    expect((await post(10 * 1024 * 1024)).status).toBe(200);
    const tooLarge = await post(10 * 1024 * 1024 + 1);
    expect([tooLarge.status, await tooLarge.json()]).toEqual([413, { message: "Request Too Long" }]);
  });

  test("a function slower than its integration's timeout is 504", async () => {
    const slow: Invoke = () => new Promise((resolve) => setTimeout(resolve, 200, value({ statusCode: 200 })));
    const routes = [{ path: "/{proxy+}", method: "ANY", integration: { ...integration, timeoutMs: 20 } }];
    const url = await serve({ routes }, slow);
    const response = await fetch(`${url}/x`);
    expect([response.status, await response.json()]).toEqual([
      504,
      { message: "Endpoint request timed out" },
    ]);
  });

  test("an invocation that throws ends only its own exchange", async () => {
    let calls = 0;
    const url = await serve({}, async () => {
      if (calls++ === 0) throw new Error("broken");
      return value({ statusCode: 200 });
    });
    expect((await fetch(`${url}/x`)).status).toBe(500);
    expect((await fetch(`${url}/x`)).status).toBe(200);
  });
});

describe("throttles", () => {
  const stageDefault: Throttle = { path: "/*", method: "*", ratePerSecond: 1, burst: 1 };
  const throttled: GatewayResponse = {
    statusCode: undefined,
    headers: { "Retry-After": "'1'" },
    templates: { "application/json": '{"code":1008,"errorMessage":"slow down"}' },
  };

  /**
   * A gateway with those throttles: `ask` gives the status of each request in turn, `calls` the invocations.
   */
  const serveThrottled = async (throttles: Throttle[], parts: Partial<RestApi> = {}) => {
    const { now, advance } = makeTestClock();
    let calls = 0;
    const invoke: Invoke = async () => {
      calls += 1;
      return value({ statusCode: 200 });
    };
    const routes = ["/", "/bots", "/{proxy+}"].map((path) => ({ path, method: "ANY", integration }));
    const api = apiWith({ routes, stage: { name: "v1", throttles }, ...parts });
    const server = closeAfterEach(
      await startApiGateway({ api, port: 0, invoke: () => invoke, onExchange: undefined, now }),
    );
    const { url } = server;
    const ask = async (...requests: string[]): Promise<number[]> => {
      const statuses: number[] = [];
      for (const request of requests) {
        const [method = "", path = ""] = request.split(" ");
        statuses.push((await fetch(url + path, { method })).status);
      }
      return statuses;
    };
    return { url, ask, advance, calls: () => calls };
  };

  test("reply to excess requests with the API's own gateway response, without invoking the function", async () => {
    const { url, ask, advance, calls } = await serveThrottled([stageDefault], {
      gatewayResponses: new Map([["THROTTLED", throttled]]),
    });
    expect(await ask("POST /bots")).toEqual([200]);
    const refused = await fetch(`${url}/bots`, { method: "POST" });
    expect([refused.status, await refused.json()]).toEqual([429, { code: 1008, errorMessage: "slow down" }]);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(calls()).toBe(1);
    await advance(1_000);
    expect(await ask("POST /bots", "POST /bots")).toEqual([200, 429]);
  });

  test("reply as AWS does by default", async () => {
    const { url, ask } = await serveThrottled([stageDefault]);
    await ask("GET /bots");
    const refused = await fetch(`${url}/bots`);
    expect([refused.status, await refused.json()]).toEqual([429, { message: "Too Many Requests" }]);
    expect(refused.headers.get("x-amzn-errortype")).toBe("TooManyRequestsException");
  });

  test("count each method of each resource separately, even those of a greedy resource", async () => {
    const { ask } = await serveThrottled([stageDefault]);
    expect(await ask("POST /bots", "POST /bots?x=1", "GET /bots", "POST /", "POST /")).toEqual([
      200, 429, 200, 200, 429,
    ]);
    expect(await ask("POST /unknown", "POST /other/path", "PUT /unknown")).toEqual([200, 429, 200]);
  });

  test("of one method override the stage's default, which provides missing values", async () => {
    const { ask, advance } = await serveThrottled([
      stageDefault,
      { path: "/bots", method: "POST", ratePerSecond: undefined, burst: 2 },
    ]);
    expect(await ask("POST /bots", "POST /bots", "POST /bots")).toEqual([200, 200, 429]);
    expect(await ask("GET /bots", "GET /bots")).toEqual([200, 429]);
    await advance(1_000);
    expect(await ask("POST /bots", "POST /bots")).toEqual([200, 429]);
  });

  test("allow requests without a setting; one for ANY does not apply to any method", async () => {
    const { ask } = await serveThrottled([{ path: "/bots", method: "ANY", ratePerSecond: 0, burst: 0 }]);
    expect(await ask("GET /bots", "GET /bots", "GET /")).toEqual([200, 200, 200]);
  });
});

describe("a streamed response", () => {
  const routes = [{ path: "/{proxy+}", method: "ANY", integration: streaming }];
  const head = (metadata: object) => Buffer.concat([Buffer.from(JSON.stringify(metadata)), Buffer.alloc(8)]);
  const streamed =
    (bytes: Readable): Invoke =>
    async () => ({ kind: "stream", bytes });

  test("has its head from the metadata, however the pieces are split", async () => {
    const whole = Buffer.concat([
      head({ statusCode: 201, headers: { "Content-Type": "text/event-stream" } }),
      Buffer.from("你好"),
    ]);
    const url = await serve(
      { routes },
      streamed(Readable.from([...whole].map((byte) => Buffer.from([byte])))),
    );
    const response = await fetch(`${url}/x`);
    expect(response.status).toBe(201);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(await response.text()).toBe("你好");
  });

  test.each([
    ["no delimiter", Readable.from([Buffer.from('{"statusCode":200}')])],
    ["invalid metadata before it", Readable.from([Buffer.concat([Buffer.from("x"), Buffer.alloc(8)])])],
    ["no delimiter in 16 KB", Readable.from([Buffer.alloc(20_000, "x"), Buffer.alloc(8)])],
    ["nothing", Readable.from([])],
  ])("with %s is 502", async (_name, bytes) => {
    const url = await serve({ routes }, streamed(bytes));
    expect((await fetch(`${url}/x`)).status).toBe(502);
  });

  test("from a function that did not stream is 502, and the other way round", async () => {
    const url = await serve({ routes }, answering({ statusCode: 200 }));
    expect((await fetch(`${url}/x`)).status).toBe(502);
    const buffered = await serve({}, streamed(Readable.from([head({ statusCode: 200 })])));
    expect((await fetch(`${buffered}/x`)).status).toBe(502);
  });

  test("that breaks off breaks off for the client too", async () => {
    async function* breaking() {
      yield head({ statusCode: 200 });
      yield Buffer.from("begun");
      throw new Error("broken");
    }
    const url = await serve({ routes }, streamed(Readable.from(breaking())));
    const response = await fetch(`${url}/x`);
    await expect(response.text()).rejects.toThrow();
  });

  test("that exceeds its timeout is cut", async () => {
    async function* endless() {
      yield head({ statusCode: 200 });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const short = [{ path: "/{proxy+}", method: "ANY", integration: { ...streaming, timeoutMs: 50 } }];
    const url = await serve({ routes: short }, streamed(Readable.from(endless())));
    const response = await fetch(`${url}/x`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test("waits for a slow client, and is drained for one that disconnected", async () => {
    const chunks = 200;
    let given = 0;
    async function* plenty() {
      yield head({ statusCode: 200 });
      for (; given < chunks; given++) yield Buffer.alloc(64 * 1024);
    }
    const url = await serve({ routes }, streamed(Readable.from(plenty())));
    await new Promise<void>((resolve) => {
      const outgoing = request(`${url}/x`, (response) => {
        response.once("readable", () =>
          setTimeout(() => {
            expect(given).toBeLessThan(chunks);
            outgoing.destroy();
            resolve();
          }, 200),
        );
      });
      outgoing.on("error", () => {});
      outgoing.end();
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(given).toBe(chunks);
  });
});

test("an observer is notified of every exchange", async () => {
  const seen: ObservedExchange[] = [];
  const url = await serve({}, answering({ statusCode: 202, body: "taken" }), (exchange) =>
    seen.push(exchange),
  );
  await (await fetch(`${url}/some/path?x=1`, { method: "POST", body: "said" })).text();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(seen).toEqual([
    { method: "POST", path: "/some/path", requestBody: "said", statusCode: 202, replyBody: "taken" },
  ]);
});

test("a request that is refused reaches no function", async () => {
  const invoked: unknown[] = [];
  const invoke: Invoke = async (event) => {
    invoked.push(event);
    return value({ statusCode: 200 });
  };
  const refuse = ({ path }: { readonly path: string }) => (path === "/refused" ? "not from here" : undefined);
  const { url } = closeAfterEach(
    await startApiGateway({ api: apiWith({}), port: 0, invoke: () => invoke, onExchange: undefined, refuse }),
  );
  const refused = await fetch(`${url}/refused`, { method: "POST", body: "{}" });
  expect([refused.status, await refused.json()]).toEqual([403, { errorMessage: "not from here" }]);
  expect((await fetch(`${url}/other`)).status).toBe(200);
  expect(invoked).toHaveLength(1);
});

test("a port in use is reported by name", async () => {
  const url = await serve({}, echo);
  const options = { api: apiWith({}), port: Number(new URL(url).port), invoke: () => echo };
  await expect(startApiGateway({ ...options, onExchange: undefined })).rejects.toMatchObject({
    code: "EADDRINUSE",
  });
});
