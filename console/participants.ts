import { type Bot, type BotClient, createBotClient } from "../client/src/index.ts";
import { elements } from "./elements.ts";
import { fetchToken } from "./fetch-token.ts";
import { settings } from "./settings.ts";

export interface Participants {
  readonly bot: Bot;
  readonly botId: string;
  readonly userId: string;
}

/** Clients by user id; each caches its user's token. */
const clients = new Map<string, BotClient>();
const clientOf = (userId: string): BotClient => {
  const known = clients.get(userId);
  const client = known ?? createBotClient({ url: settings.bridgeUrl, token: () => fetchToken(userId) });
  clients.set(userId, client);
  return client;
};

/** The bot and user entered on the page; undefined if one is missing, which the browser then reports. */
export const readParticipants = (): Participants | undefined => {
  if (!elements.participantsForm.reportValidity()) return undefined;
  const botId = elements.bot.value.trim();
  const userId = elements.user.value.trim();
  return { bot: clientOf(userId).bot(botId), botId, userId };
};
