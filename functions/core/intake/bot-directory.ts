import type { BotStore } from "#core/bot/bot.ts";
import type { Clock } from "#core/shared/clock.ts";

/** Which of an app's users are bots. The store itself is one: what it finds stands at this moment. */
export type BotDirectory = Pick<BotStore, "find" | "ids">;

export interface CachedBotDirectoryPorts {
  readonly bots: BotDirectory;
  readonly clock: Clock;
  /** For how long what was read is trusted: a bot created since is not seen. */
  readonly maxAgeMs: number;
}

interface Known {
  readonly ids: Promise<ReadonlySet<string>>;
  readonly readAt: number;
}

/**
 * A directory that remembers for a while who is a bot: most of what a full message route brings is for nobody's bot, and
 * costs no read. A bot itself is read as it stands.
 */
export const makeCachedBotDirectory = ({ bots, clock, maxAgeMs }: CachedBotDirectoryPorts): BotDirectory => {
  const known = new Map<string, Known>();

  const ids = (appKey: string): Promise<ReadonlySet<string>> => {
    const last = known.get(appKey);
    if (last && clock.now() - last.readAt < maxAgeMs) return last.ids;
    const reading = bots.ids(appKey);
    known.set(appKey, { ids: reading, readAt: clock.now() });
    // A failure is not remembered; what was read since stays.
    reading.catch(() => known.get(appKey)?.ids === reading && known.delete(appKey));
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
