import { beforeEach, describe, expect, test } from "@jest/globals";
import {
  type AppServerSimulator,
  type ReceivedWebhook,
  startAppServerSimulator,
} from "../../../../local/app-server/server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { app, envelopeWith, type Parts, post, signed } from "./send-webhook.ts";

let now = 0;
let server: AppServerSimulator;
let shown: ReceivedWebhook[] = [];
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  shown = [];
  server = closeAfterEach(
    await startAppServerSimulator({
      appKey: app.appKey,
      appSecret: app.secret,
      now: () => now,
      onReceived: (webhook) => void shown.push(webhook),
    }),
  );
});

const callback = (path = "/callback"): Parts => signed(`${server.url}${path}`, now);
const withQuery = (parts: Parts, name: string, value: string): Parts => {
  const url = new URL(parts.url);
  url.searchParams.set(name, value);
  return { ...parts, url };
};
const withHeader = (parts: Parts, name: string, value: string): Parts => ({
  ...parts,
  headers: { ...parts.headers, [name]: value },
});

describe("the app server simulator", () => {
  test.each(["/callback", "/", "/any/other?tenant=7", "/callback?timestamp=1"])(
    "accepts a valid signature, at %s",
    async (path) => {
      expect((await post(callback(path))).status).toBe(200);
      expect(server.received()).toMatchObject([
        { status: 200, signatures: { query: "good", headers: "good" } },
      ]);
    },
  );

  test("accepts a webhook that is signed with the new secret and the old one", async () => {
    const parts = callback();
    const signatures = `v1,b2xkZXI= ${parts.headers["webhook-signature"]}`;
    expect((await post(withHeader(parts, "webhook-signature", signatures))).status).toBe(200);
  });

  test.each<[string, (parts: Parts) => Parts, object]>([
    [
      "no signed query",
      (parts) => ({ ...parts, url: new URL("/callback", parts.url) }),
      { query: "missing" },
    ],
    ["another app's key", (parts) => withQuery(parts, "appKey", "app-two"), { query: "unknown_app" }],
    ["a nonce that was not signed", (parts) => withQuery(parts, "nonce", "n"), { query: "wrong" }],
    ["two different times", (parts) => withQuery(parts, "signTimestamp", "1"), { query: "wrong" }],
    ["no headers", (parts) => ({ ...parts, headers: {} }), { query: "good", headers: "missing" }],
    ["a body that was altered", (parts) => ({ ...parts, body: "{}" }), { query: "good", headers: "wrong" }],
    ["another id", (parts) => withHeader(parts, "webhook-id", "msg_x"), { query: "good", headers: "wrong" }],
    [
      "no time",
      (parts) => withHeader(parts, "webhook-timestamp", "now"),
      { query: "good", headers: "wrong" },
    ],
  ])("rejects a request with %s, and says which signature is wrong", async (_, alter, signatures) => {
    expect((await post(alter(callback()))).status).toBe(401);
    expect(server.received()).toMatchObject([{ status: 401, signatures }]);
  });

  test.each([300_001, -300_001])("rejects a request that was signed %d ms ago", async (ago) => {
    const parts = callback();
    now += ago;
    expect((await post(parts)).status).toBe(401);
    expect(server.received()).toMatchObject([{ signatures: { query: "stale", headers: "stale" } }]);
  });

  test("records requests, for tests, for onReceived and for people", async () => {
    const parts = callback("/callback?tenant=7");
    await post(parts);
    const expected = {
      host: new URL(server.url).host,
      path: "/callback",
      query: Object.fromEntries(parts.url.searchParams),
      headers: parts.headers,
      envelope: envelopeWith(),
      receivedAt: now,
      signatures: { query: "good", headers: "good" },
      status: 200,
    };
    expect(server.received()).toEqual([expected]);
    expect(shown).toEqual([expected]);
    const response = await fetch(`${server.url}/_simulator/received`);
    expect(await response.json()).toEqual([expected]);
  });

  test("records a body that is not JSON as well", async () => {
    await post({ ...callback(), body: "<html>" });
    expect(server.received()).toMatchObject([{ status: 401, envelope: undefined }]);
  });

  test("records the last thousand", async () => {
    const postAll = (from: number, to: number) =>
      Promise.all(Array.from({ length: to - from }, (_, n) => post(callback(`/${from + n}`))));
    // The first two and the last one have their places, whatever the order of the others.
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [2, 1_000],
      [1_000, 1_001],
    ] as const)
      await postAll(from, to);
    const paths = server.received().map(({ path }) => path);
    expect([paths.length, paths[0], paths.at(-1)]).toEqual([1_000, "/1", "/1000"]);
  });

  test.each([
    ["GET", "/callback", 405],
    ["POST", "/_simulator/received", 404],
    ["PUT", "/_simulator/behaviours", 404],
  ])("does not treat %s of %s as a webhook", async (method, path, status) => {
    expect((await fetch(`${server.url}${path}`, { method })).status).toBe(status);
    expect(server.received()).toEqual([]);
  });
});
