import type { BotStore } from "#core/bot/bot.ts";
import type { Clock } from "#core/shared/clock.ts";

/** Looks up which of an app's users are bots. `BotStore` itself is a directory without a cache. */
export type BotDirectory = Pick<BotStore, "find" | "ids">;

export interface CachedBotDirectoryPorts {
  readonly bots: BotDirectory;
  readonly clock: Clock;
  /** How long ids are cached, in milliseconds: a bot that is created meanwhile is not found. */
  readonly maxAgeMs: number;
}

interface CachedIds {
  readonly ids: Promise<ReadonlySet<string>>;
  readonly readAt: number;
}

/**
 * A directory that caches the ids of bots: most messages of a full message route are not for a bot, and then cost no read.
 * The bots themselves are not cached.
 */
export const makeCachedBotDirectory = ({ bots, clock, maxAgeMs }: CachedBotDirectoryPorts): BotDirectory => {
  const cache = new Map<string, CachedIds>();

  const ids = (appKey: string): Promise<ReadonlySet<string>> => {
    const cached = cache.get(appKey);
    if (cached && clock.now() - cached.readAt < maxAgeMs) return cached.ids;
    const reading = bots.ids(appKey);
    cache.set(appKey, { ids: reading, readAt: clock.now() });
    // Failures are not cached; a newer entry stays.
    reading.catch(() => cache.get(appKey)?.ids === reading && cache.delete(appKey));
    return reading;
  };

  return {
    ids,
    find: async (appKey, userIds) => {
      const botIds = await ids(appKey);
      const wanted = userIds.filter((userId) => botIds.has(userId));
      return wanted.length === 0 ? [] : bots.find(appKey, wanted);
    },
  };
};
