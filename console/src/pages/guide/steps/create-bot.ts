import { defineTexts } from "../../../text/language.ts";
import { createBot } from "../calls/bot-calls.ts";
import { sendSigned } from "../run/send-call.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Create a bot",
    intro:
      "A bot is a user that your programs answer for. This one begins with a webhook: the bridge posts each message for the bot to your server.",
    points: [
      "In a local run, yourserver.com is a simulator of your server.",
      "A deployed bridge calls only https addresses on the public internet.",
    ],
    action: "Create the bot",
    created: (id: string) =>
      `The bot ${id} exists. Its webhook gets private messages, and mentions in groups.`,
    exists:
      "Either go on with the bot as it is, choose another ID, or delete it with the last step of this guide.",
  },
  {
    title: "创建机器人",
    intro:
      "机器人是由您的程序代为应答的用户。先给它配置一个 Webhook：网桥会把发给机器人的每条消息推送到您的服务器。",
    points: [
      "在本地运行中，yourserver.com 是您的服务器的模拟器。",
      "已部署的网桥只会调用公网上的 https 地址。",
    ],
    action: "创建机器人",
    created: (id) => `机器人 ${id} 已创建。它的 Webhook 会收到单聊消息以及群聊中对它的 @ 提及。`,
    exists: "可以直接继续使用现有的机器人，或换一个 ID，或用本指南的最后一步删除它。",
  },
);

export const createBotStep: Step = {
  id: "create-bot",
  texts,
  fields: ["botId", "botName", "webhookUrl", "profileUrl"],
  call: createBot,
  run: async ({ values, signal }) => {
    const reply = await sendSigned(createBot(values), signal);
    return { meaning: () => texts.value.created(values.botId), reply };
  },
  advice: ({ message }) => (message.includes("already exists") ? texts.value.exists : undefined),
};
