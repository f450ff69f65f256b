import * as v from "valibot";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { callApi, localApp, type Reply } from "../signed-call.ts";

/** A server to chat with: the fake, or a real bridge with a bot. */
export interface ChatServer {
  readonly url: string;
  readonly appKey: string;
  readonly appSecret: string;
  /** It answers with what it is told, with other words before or after, word by word. */
  readonly botId: string;
  readonly close: () => Promise<void>;
}

export const localCredentials = { appKey: localApp.appKey, appSecret: localApp.secret };

const words = (count: number): string =>
  Array.from({ length: count }, (_, index) => `word${index}`).join(" ");

/** Streamed word by word, this takes a while. */
export const longQuestion = words(60);

/** Streamed word by word, this is not over before a test stops it, on a busy machine either. */
export const endlessQuestion = words(1000);

const callSigned = (server: ChatServer, path: string, fields: Record<string, string>): Promise<Reply> =>
  callApi(
    server.url,
    path,
    new URLSearchParams(fields),
    signCall({ appKey: server.appKey, secret: server.appSecret }, Date.now()),
  );

const tokenReply = v.object({ token: v.string(), botToken: v.optional(v.string()) });

/** A new token, as the app's own server gets it. */
export const userToken = async (server: ChatServer, userId: string): Promise<string> => {
  const { body } = await callSigned(server, "/user/getToken.json", { userId });
  const { token, botToken } = v.parse(tokenReply, body);
  return botToken ?? token;
};

/** Rejects the user's tokens so far from now on. */
export const expireTokens = async (server: ChatServer, userId: string): Promise<void> => {
  const reply = await callSigned(server, "/user/token/expire.json", { userId, time: String(Date.now()) });
  if (reply.status !== 200) throw new Error(`tokens could not be expired: ${reply.status}`);
};
