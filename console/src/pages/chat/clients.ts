import { type Bot, type BotClient, createBotClient } from "../../../../client/src/index.ts";
import { chosenApp } from "../../chosen-app.ts";
import { currentSession } from "../../session.ts";
import { userToken } from "../../user-token.ts";

/** Clients by app and user; each keeps its user's token. */
const clients = new Map<string, BotClient>();

const clientOf = (userId: string): BotClient => {
  const app = chosenApp.value;
  const key = JSON.stringify([app, userId]);
  const known = clients.get(key);
  if (known) return known;
  const token = () => userToken({ app, userId });
  const client = createBotClient({ url: currentSession().bridgeUrl, token });
  clients.set(key, client);
  return client;
};

/** The bot as the user sees it. */
export const botOf = (userId: string, botId: string): Bot => clientOf(userId).bot(botId);
