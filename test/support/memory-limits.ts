import type { CountedScope, LimitStore } from "#core/turn/limit-store.ts";
import { type Counts, dayOf, minuteOf, reachedLimit } from "#core/turn/limit-windows.ts";

export interface MemoryLimits extends LimitStore {
  /** The number of calls. */
  readonly calls: () => number;
  /** All calls fail from now on. */
  break(): void;
}

/** Counts turns and tokens as the guards table does. */
export const makeMemoryLimits = (): MemoryLimits => {
  const sums = new Map<string, number>();
  const claimed = new Set<string>();
  let calls = 0;
  let isBroken = false;
  const call = (): void => {
    calls += 1;
    if (isBroken) throw new Error("throttled");
  };
  const keysOf = ({ scope, ids }: CountedScope, at: number) => {
    const key = JSON.stringify([scope, ...ids]);
    const day = `${key} day ${dayOf(at)}`;
    return { minute: `${key} minute ${minuteOf(at)}`, day, tokens: `${day} tokens` };
  };
  const sumOf = (key: string): number => sums.get(key) ?? 0;
  const add = (key: string, more: number): number => {
    sums.set(key, sumOf(key) + more);
    return sumOf(key);
  };
  const claim = (key: string): boolean => {
    const isFirst = !claimed.has(key);
    claimed.add(key);
    return isFirst;
  };
  return {
    calls: () => calls,
    break: () => {
      isBroken = true;
    },
    count: async (scope, at) => {
      call();
      const { minute, day, tokens } = keysOf(scope, at);
      const counts: Counts = {
        turnsPerMinute: sumOf(minute),
        turnsPerDay: sumOf(day),
        tokensPerDay: sumOf(tokens),
      };
      const limit = reachedLimit(scope.rates, counts);
      if (limit !== undefined) return { status: "reached", limit };
      const turnsPerMinute = add(minute, 1);
      return { status: "counted", counts: { ...counts, turnsPerMinute, turnsPerDay: add(day, 1) } };
    },
    undo: async (scope, at) => {
      call();
      const { minute, day } = keysOf(scope, at);
      add(minute, -1);
      add(day, -1);
    },
    addTokens: async (scope, at, tokens) => {
      call();
      return add(keysOf(scope, at).tokens, tokens);
    },
    claimWarning: async (scope, at, limit) => {
      call();
      return claim(`${keysOf(scope, at).day} ${limit}`);
    },
    claimNotice: async ({ appKey, botUserId, userId }, { scope, limit, freeAt }) => {
      call();
      return claim(JSON.stringify([appKey, botUserId, userId, scope, limit, freeAt]));
    },
  };
};
