import { defineTexts } from "../../../text/language.ts";
import { watchBot } from "../run/load-turns.ts";
import { isGood } from "../run/outcomes.ts";
import type { Step } from "../step.ts";
import { addressWarning } from "./address-warning.ts";

const texts = defineTexts(
  {
    title: "Wait for the first message",
    intro:
      "Send the bot a message from a client of your app, as a user would. This page waits until the bridge has it, and shows how it was answered.",
    points: [
      "If nothing arrives, check the callback URL, the app, the message types, and that the client is in the same data centre.",
      "RongCloud's console may show callbacks that failed. A 401 means that the bridge has another App Secret than RongCloud.",
    ],
    action: "Wait for it",
    waiting: "Waiting for a message from RongCloud to this bot …",
    working: "A message has arrived. The bot is at work …",
    arrived: "It works: the message came from RongCloud, and the bot has answered it.",
    failed: "The message has arrived, but it has not been answered: see the table.",
  },
  {
    title: "等待第一条消息",
    intro: "像用户一样，从您应用的客户端向机器人发送一条消息。此页面会一直等到网桥收到它，并显示回答情况。",
    points: [
      "如果没有收到，请检查回调地址、应用、消息类型，以及客户端是否连接同一数据中心。",
      "融云控制台可能会显示失败的回调。401 表示网桥与融云的 App Secret 不一致。",
    ],
    action: "开始等待",
    waiting: "正在等待融云发给此机器人的消息…",
    working: "消息已到达，机器人正在处理…",
    arrived: "连接成功：消息来自融云，机器人已回答。",
    failed: "消息已到达，但没有得到回答：见下表。",
  },
);

/** A message that was sent just before the click counts too. */
const maxAgeMs = 10_000;

export const firstMessage: Step = {
  id: "first-message",
  texts,
  fields: ["realBotId"],
  run: async ({ values: { realBotId, testUserId }, signal, show }) => {
    show({ meaning: () => texts.value.waiting });
    const turns = await watchBot(
      { userId: realBotId, maxAgeMs, exceptFrom: testUserId },
      { signal, show: (known) => show({ meaning: () => texts.value.working, turns: known }) },
    );
    const isFailed = !turns.every(isGood);
    return { meaning: () => (isFailed ? texts.value.failed : texts.value.arrived), turns, isFailed };
  },
  warning: addressWarning,
};
