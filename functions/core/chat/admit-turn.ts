import type { AcquiredSlots } from "#core/shared/slots.ts";
import { type AcquireChatSlot, busyBot, checkAdmission } from "./chat-access.ts";
import type { TurnRequest, UserGuard } from "./user-guard.ts";

/** A turn that its user's guard and its bot's slots have admitted. Each method tries all, and rejects if the guard fails. */
export interface AdmittedTurn {
  /** The turn has run. */
  release(): Promise<void>;
  /** The turn never began: it does not count. */
  cancel(): Promise<void>;
}

export const admittedTurn = (
  guard: Pick<UserGuard, "release" | "cancel">,
  { appKey, userId, turn }: Pick<TurnRequest, "appKey" | "userId" | "turn">,
  slots: Pick<AcquiredSlots, "release">,
): AdmittedTurn => {
  const guarded = { appKey, userId, turn };
  return {
    release: async () => void (await Promise.all([guard.release(guarded), slots.release()])),
    cancel: async () => void (await Promise.all([guard.cancel(guarded), slots.release()])),
  };
};

export interface AdmitTurnPorts {
  readonly guard: Pick<UserGuard, "admit" | "release" | "cancel">;
  readonly acquireSlot: AcquireChatSlot;
}

/**
 * Admits a turn, if its user's token and limits allow it and its bot has a slot. Rejects with a BridgeError `bad_token` or
 * `rate_limited`; then it has given back what was granted.
 */
export type AdmitTurn = (request: TurnRequest & { readonly botUserId: string }) => Promise<AdmittedTurn>;

export const makeAdmitTurn =
  ({ guard, acquireSlot }: AdmitTurnPorts): AdmitTurn =>
  async ({ botUserId, ...request }) => {
    const { appKey, userId, turn, until } = request;
    const guarded = { appKey, userId, turn };
    const [decided, slots] = await Promise.all([
      guard.admit(request).catch((error: unknown) => ({ status: "failed", error }) as const),
      acquireSlot({ appKey, botUserId, slot: turn, until }),
    ]);
    // The refusal is more useful to the caller than a failure to give back, which ends by itself.
    if (decided.status === "failed") {
      // It may have been admitted.
      await Promise.allSettled([guard.cancel(guarded), slots.release()]);
      throw decided.error;
    }
    if (decided.status !== "admitted") await slots.release();
    checkAdmission(decided);
    if (slots.refusedBy) {
      await Promise.allSettled([guard.cancel(guarded)]);
      throw busyBot();
    }
    return admittedTurn(guard, request, slots);
  };
