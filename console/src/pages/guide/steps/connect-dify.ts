import { defineTexts } from "../../../text/language.ts";
import { connectDify } from "../calls/bot-calls.ts";
import { sendSigned } from "../run/send-call.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Add a Dify app",
    intro:
      "Adds a second integration to the bot: a Dify app that answers the users. The bridge asks it with each message and streams its answer to the user.",
    points: [
      "In Dify, open API Access of a published app to find its base URL and to create a key. In a local run, api.dify.ai is a simulator that repeats the question, unless DIFY_API_URL names a real one.",
      "Enter the base URL as it is, without /chat-messages.",
      "The type must fit the app: see its kind in Dify's Studio.",
    ],
    action: "Add the app",
    added:
      "The bot has two integrations now. Each gets a copy of every message, and neither waits for the other.",
    exists: "The bot has an app of this type already. Go on with the next step, or choose another type.",
  },
  {
    title: "添加 Dify 应用",
    intro: "为机器人添加第二个集成：由 Dify 应用回答用户。网桥把每条消息转给它，并把回答流式发送给用户。",
    points: [
      "在 Dify 中打开已发布应用的“访问 API”，可以找到基础 URL 并创建密钥。在本地运行中，api.dify.ai 是一个会复述问题的模拟器，除非用 DIFY_API_URL 指定了真实的 Dify。",
      "按原样填写基础 URL，不要加 /chat-messages。",
      "类型必须与应用一致：请在 Dify 工作室中查看应用的种类。",
    ],
    action: "添加应用",
    added: "机器人现在有两个集成。每个集成都会收到每条消息，彼此互不等待。",
    exists: "机器人已有此类型的应用。请继续下一步，或选择其他类型。",
  },
);

export const connectDifyStep: Step = {
  id: "connect-dify",
  texts,
  fields: ["botId", "difyType", "difyUrl", "difyKey"],
  call: connectDify,
  run: async ({ values, signal }) => {
    const reply = await sendSigned(connectDify(values), signal);
    return { meaning: () => texts.value.added, reply };
  },
  advice: ({ message }) => (message.includes("already has an integration") ? texts.value.exists : undefined),
};
