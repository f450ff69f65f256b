import type { CountTurn } from "#core/turn/count-turn.ts";
import type { CountableTurn, LimitStore, ReachedLimit } from "#core/turn/limit-store.ts";

/** Limits nobody. */
export const countNothing: CountTurn = async () => ({
  status: "counted",
  undo: async () => {},
  end: async () => {},
});

export const noNotices: Pick<LimitStore, "claimNotice"> = { claimNotice: async () => false };

/** Limits nobody until `reach` is called, and records what happens to turns. */
export const makeScriptedLimits = () => {
  const log: string[] = [];
  let by: ReachedLimit | undefined;
  let isFirst = true;
  return {
    log,
    reach: (reached: ReachedLimit | undefined): void => {
      by = reached;
    },
    countTurn: (async (_turn, { wasCounted }) => {
      if (by && !wasCounted) {
        log.push("limited");
        return { status: "limited", by };
      }
      log.push(wasCounted ? "counted before" : "counted");
      return {
        status: "counted",
        undo: async () => void log.push("undone"),
        end: async (tokens) => void log.push(`${tokens} tokens`),
      };
    }) satisfies CountTurn,
    /** True once. */
    claimNotice: async (_turn?: CountableTurn, _reached?: ReachedLimit): Promise<boolean> => {
      const wasFirst = isFirst;
      isFirst = false;
      return wasFirst;
    },
  };
};
