import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, expect, test } from "@jest/globals";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { type AppServerSimulator, startAppServerSimulator } from "../../local/app-server/server.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, localApp, textMessage } from "../support/signed-call.ts";

/** Simulates a real RongCloud. */
let im: ImSimulator;
let appServer: AppServerSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  const app = { appKey: localApp.appKey, appSecret: localApp.secret };
  im = closeAfterAll(await startImSimulator(app));
  appServer = closeAfterAll(await startAppServerSimulator(app));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url, PASS_THROUGH: "1" });
  await callApi(bridge.url, "/v3/bot/create.json", {
    userId: "bot-passed",
    name: "Helpdesk",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    integrations: [{ type: "webhook", callbackUrl: `${appServer.url}/passed` }],
  });
}, 60_000);

const routedCopy = (msgUID: string) => {
  const { "App-Key": appKey, Nonce, Timestamp, Signature } = signCall(localApp, Date.now());
  const query = new URLSearchParams({ appKey, nonce: Nonce, timestamp: Timestamp, signature: Signature });
  const copy = textMessage("u7", "bot-passed", "hello");
  for (const [name, value] of Object.entries({ channelType: "PERSON", msgUID, msgTimestamp: Timestamp })) {
    copy.set(name, value);
  }
  return callApi(bridge.url, `/callbacks/rongcloud/messages?${query}`, copy, {});
};

test("a published message is also sent to RongCloud, keeps its id, and the copy from its message route is no second event", async () => {
  const { body } = await callApi(
    bridge.url,
    "/message/private/publish.json",
    textMessage("u7", "bot-passed", "hello"),
  );
  const [atIm] = im.messages();
  expect(atIm).toMatchObject({ fromUserId: "u7", targetId: "bot-passed", text: "hello" });
  const messageUID = atIm?.messageUID ?? "";
  expect(body).toEqual({ code: 200, messageUIDs: [{ userId: "bot-passed", messageUID }] });

  await eventually(() => expect(appServer.received()).toHaveLength(1));
  expect(await routedCopy(messageUID)).toMatchObject({ status: 200 });
  await delay(1_500);
  expect(appServer.received()).toMatchObject([{ envelope: { data: { msgUID: messageUID } } }]);
});

test("a message that RongCloud rejects is rejected with its error, and reaches no bot", async () => {
  const before = appServer.received().length;
  im.answerNext({ status: 403, code: 1009 });
  const refused = await callApi(
    bridge.url,
    "/message/private/publish.json",
    textMessage("u7", "bot-passed", "refuse me"),
  );
  expect(refused).toMatchObject({ status: 403, body: { code: 1009, errorMessage: "injected fault" } });
  await delay(1_000);
  expect(appServer.received()).toHaveLength(before);
});

test("a message that the app's server takes back is taken back at RongCloud, whose message route then says so", async () => {
  const recall = {
    fromUserId: "u7",
    conversationType: "1",
    targetId: "bot-passed",
    messageUID: "m1",
    sentTime: "1767225600101",
  };
  const form = new URLSearchParams(recall);
  expect(await callApi(bridge.url, "/message/recall.json", form)).toMatchObject({ body: { code: 200 } });
  const { fromUserId, targetId, messageUID } = recall;
  expect(im.recalls()).toEqual([{ fromUserId, targetId, messageUID, isAdmin: false }]);
});

test("what the bridge serves itself stand-alone is RongCloud's to answer: profiles, status messages, streams", async () => {
  im.answerNext({ status: 200, code: 200 });
  const info = await callApi(bridge.url, "/user/info.json", new URLSearchParams({ userId: "bot-passed" }));
  expect(info.body).toEqual({ code: 200, errorMessage: "injected fault" });

  const typing = new URLSearchParams({
    fromUserId: "u7",
    toUserId: "u8",
    objectName: "RC:TypSts",
    content: '{"typingContentType":"RC:TxtMsg"}',
  });
  await callApi(bridge.url, "/statusmessage/private/publish.json", typing);
  expect(im.typings()).toMatchObject([{ fromUserId: "u7", targetId: "u8" }]);

  const streamed = await callApi(bridge.url, "/v3/message/private/publish_stream.json", {
    fromUserId: "u7",
    toUserId: "u8",
    objectName: "RC:StreamMsg",
    content: { content: "Hello", seq: 1, complete: true },
  });
  expect(streamed).toMatchObject({ status: 200, body: { messageUID: im.messages().at(-1)?.messageUID } });
  expect(im.messages().at(-1)).toMatchObject({ fromUserId: "u7", targetId: "u8", text: "Hello" });
});

test("a bot with an agent of RongCloud's is RongCloud's to create", async () => {
  im.answerNext({ status: 200, code: 200 });
  const { body } = await callApi(bridge.url, "/v3/bot/create.json", {
    userId: "bot-agent",
    name: "Agent",
    type: "BOT",
    profileUrl: "https://example.com/bot.png",
    integrations: [{ type: "rc_agentchat", agent: { agentId: "a1" } }],
  });
  expect(body).toEqual({ code: 200, errorMessage: "injected fault" });
});

test("a user gets RongCloud's token and the bridge's own", async () => {
  const form = new URLSearchParams({ userId: "u7", name: "Ann" });
  expect(await callApi(bridge.url, "/user/getToken.json", form)).toMatchObject({
    status: 200,
    body: { code: 200, userId: "u7", token: "im-token-of-u7", botToken: expect.stringMatching(/^eyJ/) },
  });
});

test("a user's tokens are also revoked at RongCloud, which requires a time, and its rejection is returned", async () => {
  const expire = (form: string) => callApi(bridge.url, "/user/token/expire.json", new URLSearchParams(form));
  expect(await expire("userId=u7")).toMatchObject({ status: 200, body: { code: 200 } });
  expect(await expire("userId=u7&userId=u8&time=1767225600000")).toMatchObject({ status: 200 });
  im.answerNext({ status: 429, code: 1008 });
  expect(await expire("userId=u7")).toMatchObject({ status: 429, body: { code: 1008 } });
});

test("a signed call that the bridge does not serve is answered by RongCloud, and an unsigned one is 404", async () => {
  im.answerNext({ status: 429, code: 1008, headers: { "retry-after": "1" } });
  const passed = await callApi(bridge.url, "/chatroom/create.json", new URLSearchParams({ id: "1" }));
  expect(passed).toMatchObject({ status: 429, body: { code: 1008, errorMessage: "injected fault" } });
  expect(passed.headers.get("retry-after")).toBe("1");
  const unsigned = await callApi(bridge.url, "/chatroom/create.json", new URLSearchParams({ id: "1" }), {});
  expect(unsigned).toMatchObject({ status: 404, body: { code: 404 } });
});
