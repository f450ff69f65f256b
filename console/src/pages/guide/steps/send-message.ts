import { defineTexts } from "../../../text/language.ts";
import { sendQuestion } from "../calls/message-calls.ts";
import { sendMessage } from "../run/send-message.ts";
import type { Step } from "../step.ts";
import { messageTexts } from "./message-texts.ts";

const texts = defineTexts(
  {
    title: "Send the bot a message",
    intro:
      "Publishes a private message from a user to the bot, with RongCloud's send API. It triggers each integration of the bot on its own.",
    points: [
      "The body is a form, and content is a string that contains JSON.",
      "In a local run, the terminal of npm start shows the conversation; elsewhere, the user's IM client does.",
      "With a real RongCloud behind the bridge, the user must exist there.",
    ],
    action: "Send it",
  },
  {
    title: "向机器人发送消息",
    intro: "用融云的发送接口，以用户身份向机器人发送一条单聊消息。它会分别触发机器人的每个集成。",
    points: [
      "请求正文是表单，其中 content 是包含 JSON 的字符串。",
      "在本地运行中，npm start 的终端会显示对话；其他情况下由用户的 IM 客户端显示。",
      "如果网桥后面是真实的融云，则该用户必须已在融云注册。",
    ],
    action: "发送",
  },
);

export const sendMessageStep: Step = {
  id: "send-message",
  texts,
  fields: ["userId", "botId", "question"],
  call: sendQuestion,
  run: (context) => sendMessage(sendQuestion(context.values), context, messageTexts),
};
