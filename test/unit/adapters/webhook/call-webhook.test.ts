import { describe, expect, test } from "@jest/globals";
import { withTrace } from "#adapters/node/trace.ts";
import { bot, difyIntegration, messageEvent, webhookIntegration } from "../../../support/turns.ts";
import { withServer } from "../http/servers.ts";
import { app, appsOf } from "../secrets/apps.ts";
import {
  appSecret,
  base64Library,
  callTo,
  isSignedWith,
  makeCaller,
  type Received,
  rawLibrary,
  readWith,
  signedQuery,
  take,
  withReceiver,
} from "./receiver.ts";

const only = (received: readonly Received[]): Received => {
  const [first, ...more] = received;
  if (!first || more.length > 0) throw new Error(`${received.length} requests received`);
  return first;
};

describe("an app's server", () => {
  test(
    "gets exactly the documented envelope, as JSON, with the content as a string",
    withReceiver(take, async ({ url, received }) => {
      const call = callTo(`${url}/callback`, {
        bot: bot({ integrations: [difyIntegration(), webhookIntegration()] }),
      });
      expect(await makeCaller().callWebhook(call)).toEqual({ status: "accepted" });
      const { method, path, headers, body } = only(received);
      expect([method, path]).toEqual(["POST", "/callback"]);
      expect(headers).toMatchObject({
        "content-type": "application/json",
        "content-length": String(body.length),
        "user-agent": "dify-bot-bridge",
      });
      expect(body.toString("utf8")).toBe(
        '{"type":"message:private","timestamp":1767225600123,' +
          '"bot":{"userId":"bot-helpdesk","name":"Helpdesk","profileUrl":"https://example.com/bot.png","type":"faq","metadata":{"tone":"formal"}},' +
          '"data":{"fromUserId":"u7","toUserId":"bot-helpdesk","objectName":"RC:TxtMsg","content":"{\\"content\\":\\"hello\\"}",' +
          '"channelType":"PERSON","msgTimestamp":1767225600101,"msgUID":"C3JH-8VQ4-0000-0001","source":"iOS"}}',
      );
    }),
  );

  test(
    "gets the trace of the request that caused the event",
    withReceiver(take, async ({ url, received }) => {
      const trace = { requestId: "order-7", traceId: "4bf92f3577b34da6a3ce929d0e0e4736" };
      await withTrace(trace, () => makeCaller().callWebhook(callTo(`${url}/callback`)));
      expect(only(received).headers.traceparent).toMatch(
        /^00-4bf92f3577b34da6a3ce929d0e0e4736-[\da-f]{16}-01$/,
      );
    }),
  );

  test(
    "gets no source if the event has none",
    withReceiver(take, async ({ url, received }) => {
      await makeCaller().callWebhook(callTo(url, { event: messageEvent() }));
      expect(JSON.parse(String(only(received).body)).data).toEqual(messageEvent().data);
    }),
  );

  test(
    "can verify RongCloud's signature, in milliseconds, with either name of the timestamp",
    withReceiver(take, async ({ url, received }) => {
      const { callWebhook, clock } = makeCaller();
      await callWebhook(callTo(url));
      const request = only(received);
      const now = String(clock.now());
      expect(signedQuery(request)).toMatchObject({ appKey: "app-one", timestamp: now, signTimestamp: now });
      expect(isSignedWith(appSecret, request)).toBe(true);
      expect(isSignedWith("another secret", request)).toBe(false);
    }),
  );

  test(
    "can verify the body with the Standard Webhooks library, with the secret raw or in base64",
    withReceiver(take, async ({ url, received }) => {
      const { callWebhook, clock } = makeCaller();
      await callWebhook(callTo(url));
      const request = only(received);
      for (const library of [rawLibrary(appSecret), base64Library(appSecret)]) {
        expect(readWith(library, request)).toMatchObject({ type: "message:private" });
      }
      expect(request.headers["webhook-timestamp"]).toBe(String(Math.floor(clock.now() / 1000)));
      const tampered = { ...request, body: Buffer.from(String(request.body).replace("hello", "hullo")) };
      expect(() => readWith(rawLibrary(appSecret), tampered)).toThrow("No matching signature");
      expect(() => readWith(rawLibrary("another secret"), request)).toThrow("No matching signature");
    }),
  );

  test(
    "can verify with a secret beyond ASCII, whose key is its UTF-8",
    withReceiver(take, async ({ url, received }) => {
      const secret = "秘密-grüß";
      await makeCaller({ apps: appsOf(app({ secrets: [secret] })) }).callWebhook(callTo(url));
      expect(readWith(base64Library(secret), only(received))).toMatchObject({ type: "message:private" });
      expect(isSignedWith(secret, only(received))).toBe(true);
    }),
  );

  test(
    "can verify with the old or the new secret during a rotation; RongCloud's signature uses the new one",
    withReceiver(take, async ({ url, received }) => {
      await makeCaller({ apps: appsOf(app({ secrets: ["new", "old"] })) }).callWebhook(callTo(url));
      const request = only(received);
      expect(request.headers["webhook-signature"]).toMatch(/^v1,[\w+/]{43}= v1,[\w+/]{43}=$/);
      for (const secret of ["new", "old"]) {
        expect(readWith(rawLibrary(secret), request)).toMatchObject({ type: "message:private" });
      }
      expect(() => readWith(rawLibrary("older"), request)).toThrow("No matching signature");
      expect(isSignedWith("new", request)).toBe(true);
    }),
  );

  test(
    "recognises a retry by its id and a replay by its nonce: each attempt has a new signature",
    withReceiver(take, async ({ url, received }) => {
      const { callWebhook, clock } = makeCaller();
      await callWebhook(callTo(url));
      await clock.advance(7_000);
      await callWebhook(callTo(url));
      const [first, second] = received;
      if (!first || !second) throw new Error("expected two requests");
      expect(second.headers["webhook-id"]).toBe(first.headers["webhook-id"]);
      expect(second.headers["webhook-id"]).toBe("b3c1f3a0e7");
      expect(second.body.equals(first.body)).toBe(true);
      expect(signedQuery(second).nonce).not.toBe(signedQuery(first).nonce);
      expect(Number(signedQuery(second).timestamp) - Number(signedQuery(first).timestamp)).toBe(7_000);
      expect(isSignedWith(appSecret, second)).toBe(true);
      expect(readWith(rawLibrary(appSecret), second)).toEqual(readWith(rawLibrary(appSecret), first));
    }),
  );

  test.each([
    ["", "/?"],
    ["/", "/?"],
    ["/callback?", "/callback?"],
    ["/callback?tenant=7", "/callback?tenant=7&"],
    ["/callback?a=1&a=2&flag&empty=", "/callback?a=1&a=2&flag&empty=&"],
    ["/callback?q=a%20b+c%7E~&u=%E4%BD%A0", "/callback?q=a%20b+c%7E~&u=%E4%BD%A0&"],
    ["/callback?signature=mine&nonce=mine", "/callback?signature=mine&nonce=mine&"],
  ])("whose address ends in %p keeps its own query unchanged, before ours", async (end, start) => {
    let asked = "";
    await withServer(
      (request, response) => {
        asked = request.url ?? "";
        response.end();
      },
      async ({ url }) => {
        await makeCaller().callWebhook(callTo(`${url}${end}`));
        expect(asked).toMatch(
          /appKey=app-one&nonce=wh-\w+&timestamp=\d+&signTimestamp=\d+&signature=[\da-f]{40}$/,
        );
        expect(asked.slice(0, asked.lastIndexOf("appKey="))).toBe(start);
      },
    )();
  });

  test(
    "gets the App Key unchanged, whatever characters it has",
    withReceiver(take, async ({ url, received }) => {
      const appKey = "a&b=c+d e#你";
      const caller = makeCaller({ apps: appsOf(app({ appKey, secrets: [appSecret] })) });
      await caller.callWebhook(callTo(url, { appKey }));
      expect(signedQuery(only(received)).appKey).toBe(appKey);
    }),
  );

  test(
    "is called over one connection that is reused, whatever it answers and however much",
    withReceiver(
      (response, { query }) => {
        response.writeHead(Number(query.get("status"))).end("x".repeat(Number(query.get("size"))));
      },
      async ({ url, received, connections }) => {
        const { callWebhook } = makeCaller();
        for (const [status, size] of [
          [200, 0],
          [200, 60_000],
          [404, 1_000],
          [503, 60_000],
          [307, 10],
          [204, 0],
        ]) {
          await callWebhook(callTo(`${url}?status=${status}&size=${size}`));
        }
        expect(received).toHaveLength(6);
        expect(connections()).toBe(1);
      },
    ),
  );
});
