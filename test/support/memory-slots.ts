import type { Clock } from "#core/shared/clock.ts";
import { decideSlot, type OpenSlot, type SlotStore } from "#core/shared/slots.ts";

export interface MemorySlots extends SlotStore {
  /** The number of open slots in all pools. */
  size(): number;
}

/** Stores slots as the guards table does, without splitting pools into records. */
export const makeMemorySlots = (clock: Clock): MemorySlots => {
  const pools = new Map<string, Map<string, OpenSlot>>();
  return {
    size: () => [...pools.values()].reduce((sum, pool) => sum + pool.size, 0),
    acquire: async ({ pool, slot, limits, until }) => {
      const key = JSON.stringify(pool);
      const open = pools.get(key) ?? new Map<string, OpenSlot>();
      const decision = decideSlot(open, { slot, limits }, clock.now());
      if (decision.status === "full") return { status: "refused", by: decision.by };
      const entry: OpenSlot = { until, limits };
      const former = decision.status === "held" ? open.get(slot) : undefined;
      const next = new Map(decision.status === "free" ? decision.live : open);
      pools.set(key, next.set(slot, entry));
      const isOwn = (): boolean => pools.get(key)?.get(slot) === entry;
      const release = async (): Promise<void> => {
        if (isOwn()) pools.get(key)?.delete(slot);
      };
      const countNow = (): number => pools.get(key)?.size ?? 0;
      return {
        status: "granted",
        wasOpen: former !== undefined,
        inUse: countNow(),
        recount: async () => countNow(),
        release,
        undo: async () => {
          if (former && isOwn()) pools.get(key)?.set(slot, former);
          else await release();
        },
      };
    },
  };
};
