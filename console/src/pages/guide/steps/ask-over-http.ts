import { createBotClient } from "../../../../../client/src/index.ts";
import { chosenApp } from "../../../chosen-app.ts";
import { currentSession } from "../../../session.ts";
import { defineTexts } from "../../../text/language.ts";
import { userToken } from "../../../user-token.ts";
import { askOverHttp } from "../calls/chat-calls.ts";
import { setValue } from "../guide-state.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Ask over HTTP",
    intro:
      "Asks the bot directly with a user's token, as a web page or an app does. The answer streams in while the model writes it.",
    points: [
      "It is the same conversation that the user has with the bot in the IM, unless you name another one.",
      "Filters are for messages of the IM. Over HTTP the bot's first enabled app answers.",
      "In JavaScript, use the client library: it resumes broken connections and gets new tokens. This page uses it too.",
    ],
    action: "Ask",
    answering: "The answer is coming in …",
    answered: "The answer is complete. The next step shows what became of this turn.",
  },
  {
    title: "通过 HTTP 提问",
    intro: "像网页或应用那样，凭用户令牌直接向机器人提问。回答在模型生成的同时流式到达。",
    points: [
      "除非另行命名，这与用户在 IM 中和机器人的会话是同一个会话。",
      "筛选只针对 IM 消息。通过 HTTP 提问时，由机器人第一个已启用的应用回答。",
      "在 JavaScript 中请使用客户端库：它会恢复中断的连接并更新令牌。此页面也使用它。",
    ],
    action: "提问",
    answering: "正在接收回答…",
    answered: "回答完整。下一步会显示这一轮的经过。",
  },
);

export const askOverHttpStep: Step = {
  id: "ask-over-http",
  texts,
  fields: ["userId", "botId", "chatQuestion"],
  call: askOverHttp,
  run: async ({ values: { userId, botId, chatQuestion }, signal, show }) => {
    const app = chosenApp.peek();
    const { bridgeUrl: url } = currentSession();
    const client = createBotClient({ url, token: () => userToken({ app, userId }, signal) });
    let answer = "";
    for await (const event of client.bot(botId).chat(chatQuestion, { signal })) {
      if (event.type === "start") setValue("turn", event.turn);
      if ("text" in event) answer = event.text;
      show({ meaning: () => texts.value.answering, answer });
    }
    return { meaning: () => texts.value.answered, answer };
  },
};
