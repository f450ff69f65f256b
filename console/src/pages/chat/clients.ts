import * as v from "valibot";
import { type Bot, type BotClient, createBotClient } from "../../../../client/src/index.ts";
import { callServer } from "../../api.ts";
import { chosenApp } from "../../chosen-app.ts";
import { currentSession } from "../../session.ts";

const tokenReply = v.object({ token: v.string() });

/** Clients by app and user; each keeps its user's token. */
const clients = new Map<string, BotClient>();

const clientOf = (userId: string): BotClient => {
  const app = chosenApp.value;
  const key = JSON.stringify([app, userId]);
  const known = clients.get(key);
  if (known) return known;
  const token = async (): Promise<string> =>
    (await callServer(tokenReply, { path: "token", body: { app, userId } })).token;
  const client = createBotClient({ url: currentSession().bridgeUrl, token });
  clients.set(key, client);
  return client;
};

/** The bot as the user sees it. */
export const botOf = (userId: string, botId: string): Bot => clientOf(userId).bot(botId);
