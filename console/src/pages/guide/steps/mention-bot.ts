import { defineTexts } from "../../../text/language.ts";
import { mentionBot } from "../calls/message-calls.ts";
import { sendMessage } from "../run/send-message.ts";
import type { Step } from "../step.ts";
import { messageTexts } from "./message-texts.ts";

const texts = defineTexts(
  {
    title: "Mention the bot in a group",
    intro:
      "Publishes a message to a group. In a group a bot gets only what mentions it: its ID in mentionedInfo, and isMentioned=1.",
    points: [
      "The model is asked without the bot's name at the beginning of the text.",
      "The answer goes to the group. Each member has a conversation of their own with the bot.",
    ],
    action: "Send it",
  },
  {
    title: "在群组中 @ 机器人",
    intro:
      "向群组发送消息。在群组中，机器人只会收到提及它的消息：mentionedInfo 中有它的 ID，并且 isMentioned=1。",
    points: ["提问时会去掉文本开头的机器人名称。", "回答发送到群组。每位成员与机器人之间各有自己的会话。"],
    action: "发送",
  },
);

export const mentionBotStep: Step = {
  id: "mention-bot",
  texts,
  fields: ["userId", "groupId", "botId", "botName", "mention"],
  call: mentionBot,
  run: (context) => sendMessage(mentionBot(context.values), context, messageTexts),
};
