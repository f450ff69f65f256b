import { defineTexts } from "../../../text/language.ts";

/** What became of a message that a step has sent. */
export const messageTexts = defineTexts(
  {
    accepted: "The bridge has accepted the message. Its integrations are at work …",
    triggered: (integrations: string) =>
      `The message triggered ${integrations}. What an app answers, the user sees in the IM; a webhook answers when it likes.`,
    triggeredNothing:
      "The bridge has accepted the message, but it triggered nothing. Check that the bot exists, that an enabled integration takes such messages, and that no filter keeps it out.",
    stillRunning: "Not all integrations have ended yet. The page Turns shows how they go on.",
    hasFailed:
      "Not all integrations have succeeded: see the table. For a webhook, check that its server answers with a 2xx status within 5 s; for an app, check its address, key and type.",
  },
  {
    accepted: "网桥已接受此消息，正在由各集成处理…",
    triggered: (integrations) =>
      `此消息触发了 ${integrations}。应用的回答会显示在用户的 IM 中；Webhook 可以随时回复。`,
    triggeredNothing:
      "网桥已接受此消息，但没有触发任何集成。请检查机器人是否存在、是否有已启用的集成接收此类消息，以及是否被筛选条件排除。",
    stillRunning: "还有集成尚未结束。后续情况请见“对话轮次”页面。",
    hasFailed:
      "并非所有集成都成功：见下表。对于 Webhook，请检查其服务器是否在 5 秒内返回 2xx 状态；对于应用，请检查其地址、密钥和类型。",
  },
);
