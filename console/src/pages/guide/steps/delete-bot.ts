import { defineTexts } from "../../../text/language.ts";
import { deleteBot } from "../calls/bot-calls.ts";
import { sendSigned } from "../run/send-call.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Delete the bot",
    intro:
      "Deletes the bot and its integrations. Messages to it trigger nothing from then on; the messages that it has sent stay in the IM.",
    action: "Delete the bot",
    deleted: (id: string) =>
      `The bot ${id} is gone. That was the whole way: from here on, your own server makes these calls.`,
    missing: "There is no such bot: it has been deleted already, or its ID is another one.",
  },
  {
    title: "删除机器人",
    intro: "删除机器人及其集成。此后发给它的消息不再触发任何集成；它已发送的消息仍保留在 IM 中。",
    action: "删除机器人",
    deleted: (id) => `机器人 ${id} 已删除。全部步骤到此完成：接下来由您自己的服务器发起这些调用。`,
    missing: "没有这个机器人：它已被删除，或 ID 不同。",
  },
);

export const deleteBotStep: Step = {
  id: "delete-bot",
  texts,
  fields: ["botId"],
  call: deleteBot,
  run: async ({ values, signal }) => {
    const reply = await sendSigned(deleteBot(values), signal);
    return { meaning: () => texts.value.deleted(values.botId), reply };
  },
  advice: ({ message }) => (message.startsWith("userId:") ? texts.value.missing : undefined),
};
