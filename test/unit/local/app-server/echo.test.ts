import { beforeEach, describe, expect, test } from "@jest/globals";
import { isSignedBy } from "#adapters/rongcloud/signature.ts";
import { type AppServerSimulator, startAppServerSimulator } from "../../../../local/app-server/server.ts";
import { type HttpServer, readBody, startHttpServer } from "../../../../local/http-server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { eventually } from "../../../support/eventually.ts";
import { app, envelopeWith, post, signed } from "./send-webhook.ts";

interface Published {
  readonly path: string | undefined;
  readonly form: Record<string, string>;
  readonly isSigned: boolean;
}

let published: Published[] = [];
let bridgeAnswer = { status: 200, body: '{"code":200}' };
let bridge: HttpServer;
let server: AppServerSimulator;

const startServer = async (
  bridgeUrl: string | PromiseLike<string> | undefined,
): Promise<AppServerSimulator> =>
  closeAfterEach(await startAppServerSimulator({ appKey: app.appKey, appSecret: app.secret, bridgeUrl }));

beforeEach(async () => {
  published = [];
  bridgeAnswer = { status: 200, body: '{"code":200}' };
  bridge = closeAfterEach(
    await startHttpServer(0, async (request, response) => {
      const { headers, url } = request;
      const [nonce = "", timestamp = "", signature = ""] = ["nonce", "timestamp", "signature"].map((name) =>
        String(headers[name]),
      );
      published.push({
        path: url,
        form: Object.fromEntries(new URLSearchParams((await readBody(request)).toString())),
        isSigned:
          headers["app-key"] === app.appKey && isSignedBy([app.secret], { nonce, timestamp, signature }),
      });
      response.writeHead(bridgeAnswer.status).end(bridgeAnswer.body);
    }),
  );
  server = await startServer(bridge.url);
});

const call = (envelope: object, path = "/echo", id?: string): Promise<Response> =>
  post(signed(`${server.url}${path}`, Date.now(), envelope, id));
const echoOf = async (index = 0): Promise<unknown> =>
  eventually(() => {
    const echo = server.received()[index]?.echo;
    if (echo === undefined || echo.status === "sending") throw new Error("not echoed yet");
    return echo;
  });
/** A later echo was sent, so an earlier one would have been. */
const afterAnotherEcho = async (): Promise<readonly Published[]> => {
  await call(envelopeWith({ content: '{"content":"the last"}' }));
  await eventually(() => expect(published.at(-1)?.form.content).toContain("the last"));
  return published.slice(0, -1);
};

describe("the echo bot", () => {
  test("answers the user as the bot, with a signed call", async () => {
    expect((await call(envelopeWith())).status).toBe(200);
    expect(await echoOf()).toEqual({ status: "sent" });
    const form = {
      fromUserId: "bot-echo",
      toUserId: "u7",
      objectName: "RC:TxtMsg",
      content: '{"content":"You said: hello"}',
    };
    expect(published).toEqual([{ path: "/message/private/publish.json", form, isSigned: true }]);
  });

  test("answers a group in the group", async () => {
    await call(envelopeWith({ channelType: "GROUP", toUserId: "g1" }, "message:group_mentioned"));
    await echoOf();
    const form = {
      fromUserId: "bot-echo",
      toGroupId: "g1",
      objectName: "RC:TxtMsg",
      content: '{"content":"You said: hello"}',
    };
    expect(published).toEqual([{ path: "/message/group/publish.json", form, isSigned: true }]);
  });

  test("says what it cannot repeat", async () => {
    await call(envelopeWith({ objectName: "RC:ImgMsg", content: '{"content":"aGVsbG8="}' }));
    await echoOf();
    expect(published[0]?.form.content).toBe('{"content":"You sent: RC:ImgMsg"}');
  });

  test("acknowledges before it answers", async () => {
    await server.close();
    const { promise: bridgeUrl, resolve } = Promise.withResolvers<string>();
    server = await startServer(bridgeUrl);
    expect((await call(envelopeWith())).status).toBe(200);
    expect(server.received()[0]?.echo).toEqual({ status: "sending" });
    resolve(bridge.url);
    expect(await echoOf()).toEqual({ status: "sent" });
  });

  test.each([
    ["a recall", envelopeWith({}, "message:private_recall"), "/echo"],
    ["an event in a group", { type: "group:bot_join", data: {} }, "/echo"],
    ["a message on another path", envelopeWith(), "/callback"],
  ])("does not answer %s", async (_, envelope, path) => {
    await call(envelope, path);
    expect(await afterAnotherEcho()).toEqual([]);
  });

  test("does not answer a bad signature, not even if it is accepted", async () => {
    server.behave({ status: 200, times: 1 });
    const parts = signed(`${server.url}/echo`, Date.now());
    await post({ ...parts, headers: {} });
    expect(await afterAnotherEcho()).toEqual([]);
  });

  test("does not answer an event that it did not accept", async () => {
    server.behave({ status: 503, times: 1 });
    await call(envelopeWith());
    expect(await afterAnotherEcho()).toEqual([]);
  });

  test("answers once a message that is sent again because its first reply came too late", async () => {
    await call(envelopeWith(), "/echo", "msg_again");
    await call(envelopeWith(), "/echo", "msg_again");
    expect(await afterAnotherEcho()).toHaveLength(1);
  });

  test("is stopped in the middle of it when the server closes", async () => {
    await server.close();
    const hanging = closeAfterEach(await startHttpServer(0, () => new Promise(() => {})));
    server = await startServer(hanging.url);
    await call(envelopeWith());
    await server.close();
    await eventually(() => expect(server.received()[0]?.echo).toMatchObject({ status: "failed" }), 2_000);
  });

  test.each([
    [{ status: 400, body: '{"code":1002}' }, 'HTTP 400: {"code":1002}'],
    [{ status: 200, body: '{"code":1008}' }, 'HTTP 200: {"code":1008}'],
  ])("records that it was rejected: %o", async (answer, reason) => {
    bridgeAnswer = answer;
    await call(envelopeWith());
    expect(await echoOf()).toEqual({ status: "failed", reason });
  });

  test("records that the bridge was unreachable", async () => {
    await bridge.close();
    await call(envelopeWith());
    expect(await echoOf()).toEqual({ status: "failed", reason: expect.stringContaining("ECONNREFUSED") });
  });

  test("records that the bridge's address is unknown", async () => {
    await server.close();
    server = await startServer(undefined);
    await call(envelopeWith());
    expect(await echoOf()).toEqual({ status: "failed", reason: "the bridge's URL is not set" });
  });
});
