import type { ReplayGuard, SignatureUse } from "#core/intake/replay-guard.ts";
import type { Clock } from "#core/shared/clock.ts";

export interface MemoryReplays extends ReplayGuard {
  /** Until when each signature is recorded. */
  readonly remembered: ReadonlyMap<string, number>;
}

/** Remembers signatures as the guards table does. */
export const makeMemoryReplays = (clock: Pick<Clock, "now">): MemoryReplays => {
  const remembered = new Map<string, number>();
  const uses = new Map<string, SignatureUse & { readonly renewableUntil: number }>();
  const isSame = ({ signature, signedAt, use }: SignatureUse): boolean => {
    const known = uses.get(signature);
    return known?.use === use && known.signedAt === signedAt;
  };
  return {
    remembered,
    isFirst: async (use, { recordedUntil, renewableUntil = 0 }) => {
      const isRecorded = (remembered.get(use.signature) ?? 0) > clock.now();
      if (isRecorded && !isSame(use)) return false;
      remembered.set(use.signature, recordedUntil);
      uses.set(use.signature, { ...use, renewableUntil });
      return true;
    },
    renew: async (use, { recordedUntil, renewableUntil = 0 }) => {
      if (!isSame(use) || (uses.get(use.signature)?.renewableUntil ?? 0) <= clock.now()) return false;
      remembered.set(use.signature, recordedUntil);
      uses.set(use.signature, { ...use, renewableUntil });
      return true;
    },
  };
};
