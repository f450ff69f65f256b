import { type Call, signedForm, signedJson } from "../command/call.ts";
import type { Values } from "../values.ts";

export const getToken = ({ userId }: Values): Call =>
  signedForm("/user/getToken.json", { userId }, { userId: "userId" });

export const askOverHttp = ({ botId, chatQuestion }: Values): Call => ({
  method: "POST",
  path: `/v1/bots/${encodeURIComponent(botId)}/chat`,
  auth: "token",
  body: { json: { content: chatQuestion } },
  sent: { content: "chatQuestion" },
  isStream: true,
});

export const readTurn = ({ turn }: Values): Call =>
  signedJson("/v3/turn/get.json", { turn }, { turn: "turn" });
