import { describe, expect, test } from "@jest/globals";
import type { RongCloudCall } from "#adapters/rongcloud/rongcloud-client.ts";
import { makeRongCloudMessages } from "#adapters/rongcloud/rongcloud-messages.ts";
import { completeReason, type MessageRoute, type StreamChunk } from "#core/im/im-messages.ts";
import { withIm } from "./im.ts";

const toUser: MessageRoute = {
  appKey: "app-one",
  fromUserId: "bot-helpdesk",
  channelType: "PERSON",
  targetId: "u7",
};
const toGroup: MessageRoute = { ...toUser, channelType: "GROUP", targetId: "g1" };

const chunk = (given: Partial<StreamChunk>): StreamChunk => ({
  seq: 1,
  text: "Hel",
  messageUID: undefined,
  completeReason: undefined,
  ...given,
});

describe("a stream message", () => {
  test(
    "is sent to a user as documented: type only in the first chunk, messageUID in all but the first",
    withIm(async (im, { messages, sent }) => {
      const messageUID = await messages.sendChunk(toUser, chunk({}));
      await messages.sendChunk(toUser, chunk({ seq: 2, text: "lo", messageUID }));
      const last = chunk({ seq: 3, text: "", messageUID, completeReason: completeReason.ended });
      await messages.sendChunk(toUser, last);

      expect(sent.map(({ url }) => url.pathname)).toEqual(
        Array.from({ length: 3 }, () => "/v3/message/private/publish_stream.json"),
      );
      const head = { fromUserId: "bot-helpdesk", toUserId: "u7", objectName: "RC:StreamMsg" };
      expect(sent.map(({ body }) => JSON.parse(String(body)))).toEqual([
        { ...head, content: { content: "Hel", seq: 1, complete: false, type: "markdown" } },
        { ...head, content: { content: "lo", seq: 2, complete: false, messageUID } },
        { ...head, content: { content: "", seq: 3, complete: true, completeReason: 0, messageUID } },
      ]);
      expect(im.messages()).toMatchObject([{ messageUID, targetId: "u7", text: "Hello", complete: true }]);
    }),
  );

  test(
    "is sent to a group with the group's call and id",
    withIm(async (im, { messages, sent }) => {
      await messages.sendChunk(toGroup, chunk({}));
      expect(sent[0]?.url.pathname).toBe("/v3/message/group/publish_stream.json");
      expect(JSON.parse(String(sent[0]?.body))).toMatchObject({ toGroupId: "g1" });
      expect(im.messages()).toMatchObject([{ channelType: "GROUP", targetId: "g1" }]);
    }),
  );

  test(
    "that begins and ends in one chunk has both its type and its reason",
    withIm(async (im, { messages }) => {
      await messages.sendChunk(toUser, chunk({ text: "Sorry.", completeReason: completeReason.brokenOff }));
      expect(im.messages()).toMatchObject([{ text: "Sorry.", complete: true, completeReason: 1 }]);
    }),
  );

  test(
    "arrives whole in any script, including quotes, line breaks and emoji",
    withIm(async (im, { messages }) => {
      const text = 'He said "你好"\r\n\t\\ 😀 <b>&amp;</b> +%20';
      await messages.sendChunk(toUser, chunk({ text }));
      expect(im.messages()[0]?.text).toBe(text);
    }),
  );

  test(
    "continues under its id if the IM does not repeat it, and cannot begin without one",
    withIm(async (im, { messages }) => {
      im.answerNext({ status: 200, code: 200 }, { status: 200, code: 200 });
      const later = chunk({ seq: 2, messageUID: "C3JH-8VQ4-0000-0002" });
      expect(await messages.sendChunk(toUser, later)).toBe("C3JH-8VQ4-0000-0002");
      await expect(messages.sendChunk(toUser, chunk({}))).rejects.toMatchObject({
        code: "upstream_refused",
        retryable: false,
      });
    }),
  );

  test(
    "that is continued out of order is final",
    withIm(async (_im, { messages }) => {
      const messageUID = await messages.sendChunk(toUser, chunk({}));
      await expect(messages.sendChunk(toUser, chunk({ seq: 3, messageUID }))).rejects.toMatchObject({
        retryable: false,
      });
    }),
  );
});

describe("an ordinary message", () => {
  test(
    "is sent to a user as one RC:TxtMsg",
    withIm(async (im, { messages, sent }) => {
      await messages.sendText(toUser, "Hello");
      expect(sent.map(({ url }) => url.pathname)).toEqual(["/message/private/publish.json"]);
      expect(Object.fromEntries(new URLSearchParams(String(sent[0]?.body)))).toEqual({
        fromUserId: "bot-helpdesk",
        toUserId: "u7",
        objectName: "RC:TxtMsg",
        content: '{"content":"Hello"}',
      });
      expect(im.messages()).toMatchObject([{ fromUserId: "bot-helpdesk", targetId: "u7", text: "Hello" }]);
    }),
  );

  test(
    "is sent to a group with the group's call",
    withIm(async (im, { messages, sent }) => {
      await messages.sendText(toGroup, "Hello");
      expect(sent.map(({ url }) => url.pathname)).toEqual(["/message/group/publish.json"]);
      expect(im.messages()).toMatchObject([{ channelType: "GROUP", targetId: "g1", text: "Hello" }]);
    }),
  );

  test(
    "arrives whole in any script, including characters with a meaning in forms",
    withIm(async (im, { messages }) => {
      const text = 'a=1&b=2;c+d %41 "你好"\n😀';
      await messages.sendText(toUser, text);
      expect(im.messages()[0]?.text).toBe(text);
    }),
  );
});

test("the typing status is sent as RongCloud's status message, which is not stored", async () => {
  const sent: RongCloudCall[] = [];
  const messages = makeRongCloudMessages(async (call) => void sent.push(call));
  await messages.sendTyping(toUser);
  expect(
    sent.map(({ body, ...call }) => ({ ...call, ...Object.fromEntries(new URLSearchParams(body)) })),
  ).toEqual([
    {
      appKey: "app-one",
      path: "/statusmessage/private/publish.json",
      contentType: "application/x-www-form-urlencoded",
      fromUserId: "bot-helpdesk",
      toUserId: "u7",
      objectName: "RC:TypSts",
      content: '{"typingContentType":"RC:TxtMsg"}',
    },
  ]);
});
