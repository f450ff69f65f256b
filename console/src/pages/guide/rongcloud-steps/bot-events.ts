import { defineTexts } from "../../../text/language.ts";
import { addressOf } from "../bridge-address.ts";
import { botEventsPath } from "../calls/callback-calls.ts";
import type { Step } from "../step.ts";
import { addressWarning } from "./address-warning.ts";

const texts = defineTexts(
  {
    title: "If RongCloud hosts the bot",
    intro:
      "The message route brings messages and recalls, but no events such as read receipts or changes of a group. A bot that RongCloud itself hosts gets them at its webhook. Skip this step if you have no such bot.",
    points: [
      "At RongCloud, set the bot's webhook to this address.",
      "Here, create a bot with the same ID. If both ways bring one message, it is answered once.",
    ],
    url: "Webhook of the bot at RongCloud",
  },
  {
    title: "如果机器人由融云托管",
    intro:
      "消息路由会推送消息和撤回，但不包括已读回执、群组变更等事件。由融云托管的机器人可通过其 Webhook 收到这些事件。如果没有这样的机器人，请跳过此步骤。",
    points: [
      "在融云一侧，把机器人的 Webhook 设为此地址。",
      "在这里创建 ID 相同的机器人。如果同一消息从两个途径到达，只回答一次。",
    ],
    url: "融云侧机器人的 Webhook",
  },
);

export const botEvents: Step = {
  id: "bot-events",
  texts,
  fields: [],
  copyables: ({ values }) => [
    { label: texts.value.url, text: `${addressOf(values.publicUrl)}${botEventsPath}` },
  ],
  warning: addressWarning,
};
