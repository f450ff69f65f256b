import { beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isSignedBy } from "#adapters/rongcloud/signature.ts";
import { type AuditedCall, makeBridgeRoutes } from "../../../../functions/console/bridge-routes.ts";
import type { BridgeCall } from "../../../../functions/console/call-bridge.ts";
import type { ConsoleRequest } from "../../../../functions/console/console-request.ts";
import { makeTestClock } from "../../../support/test-clock.ts";

const apps = new Map([
  ["app-one", { appKey: "app-one", secrets: ["secret-one"] as const }],
  ["app-two", { appKey: "app-two", secrets: ["secret-two"] as const }],
]);
let calls: BridgeCall[];
let audited: AuditedCall[];
let isDown: boolean;
beforeEach(() => {
  calls = [];
  audited = [];
  isDown = false;
});
const audit = (call: AuditedCall): void => void audited.push(call);

const routes = makeBridgeRoutes({
  apps: { appKeys: async () => [...apps.keys()], find: async (appKey) => apps.get(appKey) },
  callBridge: async (call) => {
    calls.push(call);
    if (isDown) throw new Error("unreachable");
    const body = '{"code":1008,"errorMessage":"slow down"}';
    return { status: 429, contentType: "application/json", retryAfter: "3", requestId: "r1", body };
  },
  clock: makeTestClock(),
});

const request = (
  path: string,
  body: object | string = {},
  headers: ConsoleRequest["headers"] = {},
): ConsoleRequest => ({
  method: "POST",
  path,
  query: new URLSearchParams(),
  headers,
  body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)),
  addresses: { consoleUrl: "https://bots.example.com/console/", bridgeUrl: "https://bots.example.com" },
});

describe("calls that the console forwards", () => {
  test.each([
    "/v3/bot/query.json",
    "/v3/bot/integration/create.json",
    "/v3/bot/integration/test.json",
    "/v3/turn/get.json",
    "/v3/usage/query.json",
    "/v3/job/dead/redrive.json",
    "/message/private/publish.json",
    "/message/group/publish.json",
  ])("include %s", async (path) => {
    await routes.forward(request(`api${path}`), audit);
    expect(calls).toMatchObject([{ path, bridgeUrl: "https://bots.example.com" }]);
  });

  test.each([
    "/v3/user/export.json",
    "/user/getToken.json",
    "/callbacks/rongcloud/messages",
    "/v1/bots/bot-1/chat",
    "/v3/bot/../user/erase.json",
    "/v3/bot/..%2fuser%2ferase.json",
    "/v3/bot/%2e%2e/user/erase.json",
    "/v3/bot//query.json",
    "//evil.example/v3/bot/query.json",
    "/v3/bot/query.json/",
    "/v3/bot/query.json%3fx",
    "/v3/bot/query.json\n",
    "/v3/bot/query",
    "/message/private/publish.json.json",
    "/message/recall.json",
    "/V3/bot/query.json",
    "@evil.example/v3/bot/query.json",
    ".evil.example/v3/bot/query.json",
  ])("do not include %j", async (path) => {
    await expect(routes.forward(request(`api${path}`), audit)).rejects.toMatchObject({ code: "not_found" });
    expect(calls).toEqual([]);
  });

  test("are to the bridge's own host and to these folders, whatever the path", async () => {
    const piece = fc.constantFrom(
      "/",
      "..",
      "%2f",
      "%2e",
      "\\",
      "?",
      "#",
      "@",
      ":",
      "//evil",
      "v3",
      "bot",
      "user",
      ".json",
      "é",
    );
    const anyPath = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join("")),
      fc.array(piece, { maxLength: 4 }).map((pieces) => `/v3/bot/${pieces.join("")}query.json`),
      fc.string({ unit: "binary" }),
    );
    await fc.assert(
      fc.asyncProperty(anyPath, async (path) => {
        calls = [];
        await routes.forward(request(`api${path}`), audit).catch(() => undefined);
        for (const call of calls) {
          const url = new URL(`${call.bridgeUrl}${call.path}`);
          expect(url.origin).toBe("https://bots.example.com");
          expect(url.pathname).toBe(call.path);
          expect(url.pathname).toMatch(/^\/(v3\/(bot|turn|usage|job)|message\/(private|group))\//);
          expect(url.search + url.hash).toBe("");
        }
      }),
      { numRuns: 500 },
    );
  });

  test("carry the body as it is, and the reply comes back with its status and the time to wait", async () => {
    const body = '{"userId":"bot-1", "name":"Ü"}';
    const reply = await routes.forward(request("api/v3/bot/update.json", body), audit);
    expect(calls).toMatchObject([{ body, contentType: "application/json", app: { appKey: "app-one" } }]);
    expect(reply).toMatchObject({
      status: 429,
      headers: { "retry-after": "3", "x-request-id": "r1" },
      body: '{"code":1008,"errorMessage":"slow down"}',
    });
  });

  test("are reported for the log, also if the bridge did not answer", async () => {
    await routes.forward(request("api/v3/bot/delete.json"), audit);
    isDown = true;
    await expect(routes.token(request("token", { userId: "u1" }), audit)).rejects.toThrow("unreachable");
    await routes.sign(request("sign"), audit);
    expect(audited).toEqual([
      { app: "app-one", path: "/v3/bot/delete.json", bridgeStatus: 429 },
      { app: "app-one", path: "/user/getToken.json" },
      { app: "app-one", path: "sign" },
    ]);
  });

  test("of messages are sent as forms", async () => {
    const message = {
      fromUserId: "u1",
      toUserId: ["bot-1", "bot-2"],
      objectName: "RC:TxtMsg",
      content: "{}",
    };
    await routes.forward(request("api/message/private/publish.json", message), audit);
    expect(calls).toMatchObject([
      {
        contentType: "application/x-www-form-urlencoded",
        body: "fromUserId=u1&toUserId=bot-1&toUserId=bot-2&objectName=RC%3ATxtMsg&content=%7B%7D",
      },
    ]);
    const nested = request("api/message/private/publish.json", { content: { content: "Hi" } });
    await expect(routes.forward(nested, audit)).rejects.toThrow(
      "content: must be a string or an array of strings",
    );
  });
});

describe("the app of a call", () => {
  test("is the first one unless the request names another", async () => {
    await routes.forward(request("api/v3/bot/query.json"), audit);
    await routes.forward(request("api/v3/bot/query.json", {}, { "x-app": "app-two" }), audit);
    await routes.token(request("token", { app: "app-two", userId: "u1" }), audit);
    expect(audited.map(({ app }) => app)).toEqual(["app-one", "app-two", "app-two"]);
    expect(calls.map(({ app }) => app.secrets)).toEqual([["secret-one"], ["secret-two"], ["secret-two"]]);
  });

  test("must be in the secret", async () => {
    const named = request("api/v3/bot/query.json", {}, { "x-app": "app-3" });
    await expect(routes.forward(named, audit)).rejects.toThrow(
      'app: must be an App Key in the secret, got "app-3"',
    );
  });

  test("signs a call to copy with its secret, and each signature is another", async () => {
    const sign = async () =>
      JSON.parse(String((await routes.sign(request("sign", { app: "app-two" }), audit)).body));
    const [{ headers }, { headers: second }] = [await sign(), await sign()];
    const { Nonce: nonce, Timestamp: timestamp, Signature: signature } = headers;
    expect(isSignedBy(["secret-two"], { nonce, timestamp, signature })).toBe(true);
    expect(second.Nonce).not.toBe(nonce);
  });
});
