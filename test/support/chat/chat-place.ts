import * as v from "valibot";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { callApi, localApp, type Reply } from "../signed-call.ts";

/** Where a chat can be had: the fake, or a real bridge with a bot. */
export interface ChatPlace {
  readonly url: string;
  readonly appKey: string;
  readonly appSecret: string;
  /** It answers with what it is told, after other words or before them, word by word. */
  readonly botId: string;
  readonly close: () => Promise<void>;
}

export const localPlace = { appKey: localApp.appKey, appSecret: localApp.secret };

/** Streamed word by word, this takes a while. */
export const longQuestion = Array.from({ length: 60 }, (_, index) => `word${index}`).join(" ");

const callSigned = (place: ChatPlace, path: string, fields: Record<string, string>): Promise<Reply> =>
  callApi(
    place.url,
    path,
    new URLSearchParams(fields),
    signCall({ appKey: place.appKey, secret: place.appSecret }, Date.now()),
  );

const tokenReply = v.object({ token: v.string(), botToken: v.optional(v.string()) });

/** A new token, as the app's own server gets it. */
export const userToken = async (place: ChatPlace, userId: string): Promise<string> => {
  const { body } = await callSigned(place, "/user/getToken.json", { userId });
  const { token, botToken } = v.parse(tokenReply, body);
  return botToken ?? token;
};

/** From here on, the user's tokens so far are refused. */
export const expireTokens = async (place: ChatPlace, userId: string): Promise<void> => {
  const reply = await callSigned(place, "/user/token/expire.json", { userId, time: String(Date.now()) });
  if (reply.status !== 200) throw new Error(`tokens could not be expired: ${reply.status}`);
};
