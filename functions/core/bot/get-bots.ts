import type { Bot, BotStore } from "./bot.ts";

/** The bots of these ids, each once, in the order in which they were asked for. Unknown ids are left out. */
export const makeGetBots =
  ({ bots }: { readonly bots: BotStore }) =>
  async (appKey: string, userIds: readonly string[]): Promise<Bot[]> => {
    const found = new Map((await bots.find(appKey, userIds)).map((bot) => [bot.userId, bot]));
    return [...new Set(userIds)].flatMap((userId) => found.get(userId) ?? []);
  };
