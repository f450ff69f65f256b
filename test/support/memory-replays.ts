import { randomUUID } from "node:crypto";
import type { ReplayGuard } from "#core/intake/replay-guard.ts";
import type { Clock } from "#core/shared/clock.ts";

export interface MemoryReplays extends ReplayGuard {
  /** The end of each record, by signature. */
  readonly remembered: ReadonlyMap<string, number>;
}

/** Remembers signatures as the guards table does. */
export const makeMemoryReplays = (clock: Pick<Clock, "now">): MemoryReplays => {
  const remembered = new Map<string, number>();
  const uses = new Map<string, string>();
  return {
    remembered,
    isFirst: async (signature, expiresAt, use = randomUUID()) => {
      if ((remembered.get(signature) ?? 0) > clock.now()) return uses.get(signature) === use;
      remembered.set(signature, expiresAt);
      uses.set(signature, use);
      return true;
    },
    renew: async (signature, expiresAt, use) => {
      if ((remembered.get(signature) ?? 0) <= clock.now() || uses.get(signature) !== use) return false;
      remembered.set(signature, expiresAt);
      return true;
    },
  };
};
