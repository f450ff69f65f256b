import { chosenApp } from "../../../chosen-app.ts";
import { defineTexts } from "../../../text/language.ts";
import { userToken } from "../../../user-token.ts";
import { getToken } from "../calls/chat-calls.ts";
import type { Step } from "../step.ts";

const texts = defineTexts(
  {
    title: "Get a user's token",
    intro:
      "A client asks over HTTP as one user, with a token. Your server requests it for a user who has signed in to your app, and hands it to the client.",
    points: [
      "A token is valid for 24 hours, unless userTokenHours says otherwise. The field bots restricts it to some bots.",
      "With a real RongCloud behind the bridge, use botToken of the reply: token is then RongCloud's, for its client SDK.",
    ],
    action: "Get a token",
    received: (user: string) => `With this token a client is ${user}. Never give a client the App Secret.`,
    copyToken: "Token",
  },
  {
    title: "获取用户令牌",
    intro:
      "客户端凭令牌以某个用户的身份通过 HTTP 提问。您的服务器为已登录您应用的用户申请令牌，并交给客户端。",
    points: [
      "令牌有效期为 24 小时，除非用 userTokenHours 另行设置。字段 bots 可将令牌限制于某些机器人。",
      "如果网桥后面是真实的融云，请使用响应中的 botToken：此时 token 是融云的令牌，供其客户端 SDK 使用。",
    ],
    action: "获取令牌",
    received: (user) => `持有此令牌的客户端即为 ${user}。切勿把 App Secret 交给客户端。`,
    copyToken: "令牌",
  },
);

const shownCharacters = 16;

export const getTokenStep: Step = {
  id: "get-token",
  texts,
  fields: ["userId"],
  call: getToken,
  run: async ({ values: { userId }, signal }) => {
    const token = await userToken({ app: chosenApp.peek(), userId }, signal);
    return {
      meaning: () => texts.value.received(userId),
      reply: { userId, token: `${token.slice(0, shownCharacters)}…` },
      copyable: { label: texts.value.copyToken, text: token },
    };
  },
};
