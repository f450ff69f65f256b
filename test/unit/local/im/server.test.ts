import { beforeEach, describe, expect, test } from "@jest/globals";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { type ImSimulator, startImSimulator } from "../../../../local/im/server.ts";
import { closeAfterEach } from "../../../support/close-after.ts";
import { callApi } from "../../../support/signed-call.ts";

const app = { appKey: "app-one", secret: "s1" };
const path = "/v3/message/private/publish_stream.json";

let now = 0;
let im: ImSimulator;
beforeEach(async () => {
  now = Date.UTC(2026, 0, 1);
  im = closeAfterEach(await startImSimulator({ appKey: app.appKey, appSecret: app.secret, now: () => now }));
});

const call = (where: string, body: object | URLSearchParams) =>
  callApi(im.url, where, body, signCall(app, Date.now()));
const send = (content: object) =>
  call(path, { fromUserId: "bot", toUserId: "u7", objectName: "RC:StreamMsg", content });
const begin = async (content = "Hel"): Promise<string> => {
  await send({ content, seq: 1, complete: false, type: "markdown" });
  return im.messages().at(-1)?.messageUID ?? "";
};

describe("the IM simulator", () => {
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
    ["a sender after the first", { content: "x", seq: 2, complete: false, user: { id: "u1" } }, 1002],
    ["a reason before the end", { content: "x", seq: 2, complete: false, completeReason: 0 }, 1002],
    ["an unknown reason", { content: "", seq: 2, complete: true, completeReason: 5 }, 1002],
    ["an unknown field", { content: "x", seq: 2, complete: false, reason: 1 }, 1002],
    ["more than 128 KB in total", { content: "x".repeat(128 * 1024), seq: 2, complete: false }, 1005],
  ])("rejects %s", async (_, content, code) => {
    const messageUID = await begin();
    expect(await send({ ...content, messageUID })).toMatchObject({ status: 400, body: { code } });
  });

  test.each([0, 1, 2, 3, 4])("ends a message for reason %i", async (completeReason) => {
    const messageUID = await begin();
    await send({ content: "", seq: 2, complete: true, completeReason, messageUID });
    expect(im.messages()).toMatchObject([{ complete: true, completeReason }]);
  });

  test("does not let another sender or another target continue a message", async () => {
    const messageUID = await begin();
    const content = { content: "x", seq: 2, complete: false, messageUID };
    const head = { fromUserId: "bot", toUserId: "u7", objectName: "RC:StreamMsg", content };
    expect(await call(path, { ...head, fromUserId: "bot-two" })).toMatchObject({ status: 400 });
    expect(await call(path, { ...head, toUserId: "u8" })).toMatchObject({ status: 400 });
    expect(im.messages()).toMatchObject([{ text: "Hel", complete: false }]);
  });

  test("ends a stream that was silent for more than 30 s", async () => {
    const messageUID = await begin();
    now += 30_001;
    const late = await send({ content: "x", seq: 2, complete: false, messageUID });
    expect(late.body).toMatchObject({ code: 29003 });
  });

  test("accepts nothing after the end", async () => {
    const messageUID = await begin();
    await send({ content: "", seq: 2, complete: true, completeReason: 0, messageUID });
    expect((await send({ content: "x", seq: 3, complete: false, messageUID })).status).toBe(400);
  });

  test("accepts an ordinary message for each of its targets", async () => {
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

  test("rejects a wrong signature", async () => {
    const headers = { ...signCall(app, Date.now()), Signature: "0".repeat(40) };
    expect(await callApi(im.url, path, {}, headers)).toMatchObject({ status: 401, body: { code: 1004 } });
    expect(im.messages()).toEqual([]);
  });
});

test("a recall is recorded, and must name its message", async () => {
  const form = {
    fromUserId: "u7",
    conversationType: "3",
    targetId: "g1",
    messageUID: "m1",
    sentTime: "1767225600101",
    isAdmin: "1",
  };
  const recall = (given: Record<string, string> = {}) =>
    call("/message/recall.json", new URLSearchParams({ ...form, ...given }));
  expect(await recall()).toMatchObject({ status: 200, body: { code: 200 } });
  expect(im.recalls()).toEqual([{ fromUserId: "u7", targetId: "g1", messageUID: "m1", isAdmin: true }]);
  expect(await recall({ messageUID: "" })).toMatchObject({ status: 400, body: { code: 1002 } });
});

describe("a typing status", () => {
  const statusPath = "/statusmessage/private/publish.json";
  const typing = (given: Record<string, string> = {}): URLSearchParams =>
    new URLSearchParams({
      fromUserId: "bot",
      toUserId: "u7",
      objectName: "RC:TypSts",
      content: '{"typingContentType":"RC:TxtMsg"}',
      ...given,
    });

  test("is recorded, and leaves no message behind", async () => {
    expect(await call(statusPath, typing())).toMatchObject({ status: 200, body: { code: 200 } });
    expect(im.typings()).toEqual([
      { fromUserId: "bot", targetId: "u7", typingContentType: "RC:TxtMsg", at: now },
    ]);
    expect(im.messages()).toEqual([]);
  });

  test("may be for a group", async () => {
    const form = typing({ toGroupId: "g1" });
    form.delete("toUserId");
    expect(await call("/statusmessage/group/publish.json", form)).toMatchObject({ status: 200 });
    expect(im.typings()).toMatchObject([{ fromUserId: "bot", targetId: "g1" }]);
  });

  test("must name the type of message", async () => {
    expect(await call(statusPath, typing({ content: "{}" }))).toMatchObject({
      status: 400,
      body: { code: 1002 },
    });
    expect(im.typings()).toEqual([]);
  });

  test("is not recorded for a status message of another kind", async () => {
    expect(await call(statusPath, typing({ objectName: "app:here", content: "{}" }))).toMatchObject({
      status: 200,
    });
    expect(im.typings()).toEqual([]);
  });
});

describe("the IM simulator, told to fail,", () => {
  const chunk = { content: "Hel", seq: 1, complete: false };

  test("answers what it is told, once", async () => {
    im.answerNext({ status: 429, code: 1008, headers: { "Retry-After": "2" } });
    const reply = await send(chunk);
    expect(reply).toMatchObject({ status: 429, body: { code: 1008 } });
    expect(reply.headers.get("retry-after")).toBe("2");
    expect(await begin()).not.toBe("");
  });

  test("accepts a call and loses its reply", async () => {
    im.force({ by: "lost_reply" });
    await expect(send(chunk)).rejects.toThrow();
    expect(im.messages()).toMatchObject([{ text: "Hel", complete: false }]);
    expect((await send(chunk)).status).toBe(200);
  });

  test("fails on one path and works on the others", async () => {
    im.force({ path, by: { status: 500, code: 1000 } });
    const form = new URLSearchParams({
      fromUserId: "bot",
      toUserId: "u7",
      objectName: "RC:TxtMsg",
      content: '{"content":"hello"}',
    });
    expect((await call("/message/private/publish.json", form)).status).toBe(200);
    expect((await send(chunk)).status).toBe(500);
  });

  test("fails a number of times, or for a time, and then works", async () => {
    const busy = { status: 429, code: 1008, headers: { "Retry-After": "1" } };
    im.force({ by: busy, times: 2 }, { by: { status: 503, code: 1000 }, forMs: 1_000 });
    const statuses: number[] = [];
    for (let calls = 0; calls < 4; calls += 1) statuses.push((await send(chunk)).status);
    now += 1_000;
    statuses.push((await send(chunk)).status);
    expect(statuses).toEqual([429, 429, 503, 503, 200]);
  });
});

test("an app that sends more chunks a second than allowed is throttled", async () => {
  for (let sent = 0; sent < 100; sent += 1) await begin();
  const refused = await send({ content: "x", seq: 1, complete: false });
  expect(refused).toMatchObject({ status: 429, body: { code: 1008 } });
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(im.messages()).toHaveLength(100);
  now += 1_000;
  await begin();
  expect(im.messages()).toHaveLength(101);
});
