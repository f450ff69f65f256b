import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { signCall } from "../../../../functions/adapters/rongcloud/sign-call.ts";
import { type StandInIm, startStandInIm } from "../../../../local/im/server.ts";
import { callApi } from "../../../support/signed-call.ts";

const app = { appKey: "app-one", secret: "s1" };
const path = "/v3/message/private/publish_stream.json";

let now = 0;
let im: StandInIm;
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  im = await startStandInIm({ appKey: app.appKey, appSecret: app.secret, now: () => now });
});
afterEach(() => im.close());

const call = (where: string, body: object | URLSearchParams) =>
  callApi(im.url, where, body, signCall(app, Date.now()));
const send = (content: object) =>
  call(path, { fromUserId: "bot", toUserId: "u7", objectName: "RC:StreamMsg", content });
const begin = async (content = "Hel"): Promise<string> => {
  await send({ content, seq: 1, complete: false, type: "markdown" });
  return im.messages().at(-1)?.messageUID ?? "";
};

describe("the stand-in IM", () => {
  test("puts a stream message together from its chunks", async () => {
    const messageUID = await begin();
    await send({ content: "lo", seq: 2, complete: false, messageUID });
    await send({ content: "", seq: 3, complete: true, completeReason: 0, messageUID });
    expect(im.messages()).toMatchObject([
      { text: "Hello", complete: true, completeReason: 0, targetId: "u7" },
    ]);
  });

  test.each([
    ["a gap in seq", { content: "x", seq: 3, complete: false }, 1002],
    ["a chunk sent twice", { content: "x", seq: 1, complete: false }, 1002],
    ["a type after the first", { content: "x", seq: 2, complete: false, type: "markdown" }, 1002],
    ["more than 128 KB in all", { content: "x".repeat(128 * 1024), seq: 2, complete: false }, 1005],
  ])("refuses %s", async (_, content, code) => {
    const messageUID = await begin();
    expect(await send({ ...content, messageUID })).toMatchObject({ status: 400, body: { code } });
  });

  test("ends a stream that was silent for more than 30 s", async () => {
    const messageUID = await begin();
    now += 30_001;
    const late = await send({ content: "x", seq: 2, complete: false, messageUID });
    expect(late.body).toMatchObject({ code: 29003 });
  });

  test("takes nothing after the end", async () => {
    const messageUID = await begin();
    await send({ content: "", seq: 2, complete: true, completeReason: 0, messageUID });
    expect((await send({ content: "x", seq: 3, complete: false, messageUID })).status).toBe(400);
  });

  test("takes an ordinary message for each of its targets", async () => {
    const form = new URLSearchParams([
      ["fromUserId", "bot"],
      ["toUserId", "u7"],
      ["toUserId", "u8"],
      ["objectName", "RC:TxtMsg"],
      ["content", '{"content":"hello"}'],
    ]);
    const { body } = await call("/message/private/publish.json", form);
    expect(body).toEqual({
      code: 200,
      messageUIDs: [
        { userId: "u7", messageUID: expect.any(String) },
        { userId: "u8", messageUID: expect.any(String) },
      ],
    });
    expect(im.messages().map(({ targetId, text }) => [targetId, text])).toEqual([
      ["u7", "hello"],
      ["u8", "hello"],
    ]);
  });

  test("lets nobody in whose signature is wrong", async () => {
    const headers = { ...signCall(app, Date.now()), Signature: "0".repeat(40) };
    expect(await callApi(im.url, path, {}, headers)).toMatchObject({ status: 401, body: { code: 1004 } });
    expect(im.messages()).toEqual([]);
  });

  test("can be told to fail", async () => {
    im.answerNext({ status: 429, code: 1008, headers: { "Retry-After": "2" } });
    const reply = await send({ content: "Hel", seq: 1, complete: false });
    expect(reply).toMatchObject({ status: 429, body: { code: 1008 } });
    expect(reply.headers.get("retry-after")).toBe("2");
    expect(await begin()).not.toBe("");
  });
});
