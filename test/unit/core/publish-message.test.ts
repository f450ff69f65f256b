import { describe, expect, test } from "@jest/globals";
import type { Bot } from "../../../functions/core/bot.ts";
import { makePublishMessage, type PrivateMessage } from "../../../functions/core/publish-message.ts";
import type { TurnJob } from "../../../functions/core/turn.ts";
import { makeMemoryLog } from "../../support/memory-log.ts";
import { makeTestClock } from "../../support/test-clock.ts";
import { bot, difyIntegration, webhookIntegration } from "../../support/turns.ts";

const message: PrivateMessage = {
  fromUserId: "u7",
  toUserIds: ["bot-helpdesk"],
  objectName: "RC:TxtMsg",
  content: '{"content":"hello"}',
};

const setUp = (bots: readonly Bot[]) => {
  const sent: TurnJob[] = [];
  const clock = makeTestClock();
  let uids = 0;
  const publishMessage = makePublishMessage({
    bots: {
      find: async (_appKey, ids) => bots.filter(({ userId }) => ids.includes(userId)),
      open: async () => undefined,
      create: async () => "created",
    },
    turns: { send: async (jobs) => void sent.push(...jobs) },
    newMessageUID: () => {
      uids += 1;
      return `uid-${uids}`;
    },
    clock,
    log: makeMemoryLog(),
  });
  return { publishMessage, sent, clock };
};

describe("a published message", () => {
  test("to a bot is queued as one turn an integration of Dify, with its own id and event", async () => {
    const integrations = [
      webhookIntegration(),
      difyIntegration(),
      difyIntegration({ type: "dify_chat" }),
      difyIntegration({ type: "dify_completion", enabled: false }),
    ];
    const { publishMessage, sent, clock } = setUp([bot({ integrations })]);
    expect(await publishMessage("app-one", message)).toEqual([
      { userId: "bot-helpdesk", messageUID: "uid-1" },
    ]);
    expect(sent.map(({ integrationType }) => integrationType)).toEqual(["dify_chatflow", "dify_chat"]);
    expect(sent[0]).toMatchObject({
      appKey: "app-one",
      botUserId: "bot-helpdesk",
      acceptedAt: clock.now(),
      event: {
        type: "message:private",
        data: { fromUserId: "u7", toUserId: "bot-helpdesk", channelType: "PERSON", msgUID: "uid-1" },
      },
    });
  });

  test("to several targets reaches each bot among them once, and every target has its receipt", async () => {
    const { publishMessage, sent } = setUp([bot({ userId: "b1" }), bot({ userId: "b2" })]);
    const receipts = await publishMessage("app-one", { ...message, toUserIds: ["b1", "u8", "b2", "b1"] });
    expect(receipts.map(({ userId }) => userId)).toEqual(["b1", "u8", "b2"]);
    expect(sent.map(({ botUserId }) => botUserId)).toEqual(["b1", "b2"]);
  });

  test("from a bot fires nothing, so that two bots do not talk for ever", async () => {
    const { publishMessage, sent } = setUp([bot({ userId: "b1" }), bot({ userId: "b2" })]);
    await publishMessage("app-one", { ...message, fromUserId: "b1", toUserIds: ["b2"] });
    expect(sent).toEqual([]);
  });
});
