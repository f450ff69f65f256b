import { beforeAll, describe, expect, test } from "@jest/globals";
import { signatureOf } from "#adapters/rongcloud/signature.ts";
import { type AppServerSimulator, startAppServerSimulator } from "../../local/app-server/server.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, localApp, textMessage } from "../support/signed-call.ts";

let im: ImSimulator;
let appServer: AppServerSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  const app = { appKey: localApp.appKey, appSecret: localApp.secret };
  im = closeAfterAll(await startImSimulator(app));
  appServer = closeAfterAll(await startAppServerSimulator(app));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url });
  const created = await callApi(bridge.url, "/v3/bot/create.json", {
    userId: "bot-alone",
    name: "Helpdesk",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    integrations: [{ type: "webhook", callbackUrl: `${appServer.url}/silent` }],
  });
  expect(created).toMatchObject({ body: { code: 200 } });
}, 60_000);

const post = (path: string, form: Record<string, string>) =>
  callApi(bridge.url, path, new URLSearchParams(form));
const infoOf = async (userId: string) => (await post("/user/info.json", { userId })).body;

describe("without a RongCloud, the bridge knows of a user", () => {
  test("what RongCloud's Dify plugin needs to be installed", async () => {
    const [nonce, timestamp] = [String(Math.floor(Date.now() / 1000)), String(Date.now())];
    const response = await fetch(`${bridge.url}/user/info.json`, {
      method: "POST",
      headers: {
        "App-Key": localApp.appKey,
        Nonce: nonce,
        Timestamp: timestamp,
        Signature: signatureOf(localApp.secret, nonce, timestamp),
        "User-Agent": "rc-dify-tool/0.1.0",
      },
      body: new URLSearchParams({ userId: "testAuthUserId" }),
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ code: 200 });
  });

  test("the name and picture that the token was requested with, and that are changed later", async () => {
    await post("/user/getToken.json", {
      userId: "u1",
      name: "Ann",
      portraitUri: "https://example.com/a.png",
    });
    expect(await infoOf("u1")).toEqual({
      code: 200,
      userName: "Ann",
      userPortrait: "https://example.com/a.png",
      createTime: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    });
    expect(await post("/user/refresh.json", { userId: "u1", name: "安" })).toMatchObject({ status: 200 });
    expect(await infoOf("u1")).toMatchObject({ userName: "安", userPortrait: "https://example.com/a.png" });
  });

  test("who a bot is, which only the registry changes", async () => {
    const helpdesk = { userName: "Helpdesk", userPortrait: "https://example.com/bot.png" };
    expect(await infoOf("bot-alone")).toMatchObject(helpdesk);
    expect(await post("/user/refresh.json", { userId: "bot-alone", name: "Thief" })).toMatchObject({
      status: 400,
      body: { code: 1002, errorMessage: expect.stringContaining("/v3/bot/update.json") },
    });
    expect(await infoOf("bot-alone")).toMatchObject(helpdesk);
  });
});

describe("without a RongCloud, an app's server whose bot is a webhook", () => {
  const chunk = (content: object, target: object = { toUserId: "u2" }) => {
    const kind = "toUserId" in target ? "private" : "group";
    return callApi(bridge.url, `/v3/message/${kind}/publish_stream.json`, {
      fromUserId: "bot-alone",
      ...target,
      objectName: "RC:StreamMsg",
      content,
    });
  };

  test("types, streams its answer to the user, and learns when a chunk does not fit", async () => {
    await callApi(bridge.url, "/message/private/publish.json", textMessage("u2", "bot-alone", "hello"));
    await eventually(() => expect(appServer.received()).toHaveLength(1));

    const content = '{"typingContentType":"RC:TxtMsg"}';
    const typing = { fromUserId: "bot-alone", toUserId: "u2", objectName: "RC:TypSts", content };
    expect(await post("/statusmessage/private/publish.json", typing)).toMatchObject({ body: { code: 200 } });
    expect(im.typings()).toMatchObject([{ fromUserId: "bot-alone", targetId: "u2" }]);

    const { body } = await chunk({ content: "Hel", seq: 1, complete: false, type: "markdown" });
    const { messageUID } = body as { messageUID: string };
    expect(await chunk({ content: "lo", seq: 2, complete: false, messageUID })).toMatchObject({
      status: 200,
      body: { code: 200, messageUID },
    });
    expect(await chunk({ content: "!", seq: 9, complete: false, messageUID })).toMatchObject({
      status: 400,
      body: { code: 1002, errorMessage: "content.seq: must be 3 after 2, got 9" },
    });
    await chunk({ content: "", seq: 3, complete: true, completeReason: 0, messageUID });
    expect(im.messages()).toMatchObject([
      { messageUID, fromUserId: "bot-alone", targetId: "u2", text: "Hello", complete: true },
    ]);
    expect(await chunk({ content: "more", seq: 4, complete: false, messageUID })).toMatchObject({
      status: 400,
      body: { code: 1002, errorMessage: "content.messageUID: no such open stream message" },
    });
  });

  test("streams to a group", async () => {
    await chunk({ content: "Hello all", seq: 1, complete: true }, { toGroupId: "g1" });
    expect(im.messages().at(-1)).toMatchObject({ channelType: "GROUP", targetId: "g1", text: "Hello all" });
  });

  test("takes back what its bot said", async () => {
    const said = await callApi(
      bridge.url,
      "/message/private/publish.json",
      textMessage("bot-alone", "u2", "wrong"),
    );
    const [{ messageUID }] = (said.body as { messageUIDs: [{ messageUID: string }] }).messageUIDs;
    const recall = { fromUserId: "bot-alone", conversationType: "1", targetId: "u2", messageUID };
    expect(await post("/message/recall.json", { ...recall, sentTime: String(Date.now()) })).toMatchObject({
      body: { code: 200 },
    });
    expect(im.recalls()).toMatchObject([{ fromUserId: "bot-alone", targetId: "u2", messageUID }]);
  });
});

test("without a RongCloud, what only RongCloud serves is 404 with the reason, for those who sign", async () => {
  const standAlone = "is served by RongCloud only: this bridge runs stand-alone (passThrough is off)";
  expect(await post("/group/create.json", { groupId: "g1" })).toMatchObject({
    status: 404,
    body: { code: 404, errorMessage: `/group/create.json ${standAlone}` },
  });
  expect(await post("/message/history.json", { date: "2026010101" })).toMatchObject({
    status: 404,
    body: { code: 404, errorMessage: `/message/history.json ${standAlone} and stores no messages` },
  });
  expect(await callApi(bridge.url, "/group/create.json", {}, {})).toMatchObject({
    status: 404,
    body: { code: 404, errorMessage: "no such path" },
  });
});
