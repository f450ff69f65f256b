import { defineTexts } from "../../../text/language.ts";
import { replyAsBot } from "../calls/message-calls.ts";
import { sendSigned } from "../run/send-call.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Answer as the bot",
    intro:
      "A webhook answers when it likes: your server sends a message in the bot's name. It reaches the user in the IM and triggers nothing.",
    points: ["To stream an answer, send it chunk by chunk to /v3/message/private/publish_stream.json."],
    action: "Send the answer",
    sent: "The bot's message is on its way to the user.",
  },
  {
    title: "以机器人身份回复",
    intro:
      "Webhook 可以随时回复：由您的服务器以机器人的名义发送消息。消息会送达 IM 中的用户，且不会触发任何集成。",
    points: ["如需流式回复，请分段发送到 /v3/message/private/publish_stream.json。"],
    action: "发送回复",
    sent: "机器人的消息正在送达用户。",
  },
);

export const replyAsBotStep: Step = {
  id: "reply-as-bot",
  texts,
  fields: ["botId", "userId", "reply"],
  call: replyAsBot,
  run: async ({ values, signal }) => {
    const reply = await sendSigned(replyAsBot(values), signal);
    return { meaning: () => texts.value.sent, reply };
  },
};
