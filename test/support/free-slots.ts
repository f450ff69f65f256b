import type { AcquiredSlots, SlotLimitKind } from "#core/shared/slots.ts";

/** Grants slots to all, unless `refuse` was called, and records what happens to them. */
export const makeFreeSlots = () => {
  const log: string[] = [];
  let refusedBy: SlotLimitKind | undefined;
  let wasOpen = false;
  return {
    log,
    refuse: (limit: SlotLimitKind | undefined): void => {
      refusedBy = limit;
    },
    /** The next slots are open already: those of a process that died. */
    find: (): void => {
      wasOpen = true;
    },
    acquire: async (): Promise<AcquiredSlots> => {
      log.push(refusedBy === undefined ? "granted" : `refused by ${refusedBy}`);
      return {
        refusedBy,
        wasOpen,
        inUse: () => 1,
        release: async () => void log.push("released"),
        undo: async () => void log.push("undone"),
      };
    },
  };
};
