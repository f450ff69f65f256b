import type { Clock } from "#core/shared/clock.ts";
import type { AcquiredSlots } from "#core/shared/slots.ts";
import type { CountedTurn, CountTurn } from "#core/turn/count-turn.ts";
import { LimitReachedError } from "#core/turn/limit-reached-error.ts";
import type { CountableTurn } from "#core/turn/limit-store.ts";
import { type AcquireChatSlot, busyBot, checkAdmission } from "./chat-access.ts";
import type { Admission, TurnRequest, UserGuard } from "./user-guard.ts";

/** A turn that its guard, slots and limits have admitted. Each method tries all, and rejects if the guard fails. */
export interface AdmittedTurn {
  /** The turn has run, and used these tokens. */
  release(tokens: number): Promise<void>;
  /** The turn never began: it does not count. */
  cancel(): Promise<void>;
}

/** What was granted to a turn, in addition to its user's guard. */
export interface GrantedAdmission {
  readonly slots: Pick<AcquiredSlots, "release">;
  readonly counted: Pick<CountedTurn, "undo" | "end">;
}

export const admittedTurn = (
  guard: Pick<UserGuard, "release" | "cancel">,
  { appKey, userId, turn }: Pick<TurnRequest, "appKey" | "userId" | "turn">,
  { slots, counted }: GrantedAdmission,
): AdmittedTurn => {
  const guarded = { appKey, userId, turn };
  return {
    release: async (tokens) =>
      void (await Promise.all([guard.release(guarded), slots.release(), counted.end(tokens)])),
    cancel: async () => void (await Promise.all([guard.cancel(guarded), slots.release(), counted.undo()])),
  };
};

export interface AdmissionPorts {
  readonly guard: Pick<UserGuard, "admit" | "release" | "cancel">;
  readonly acquireSlot: AcquireChatSlot;
  readonly countTurn: CountTurn;
  readonly clock: Pick<Clock, "now">;
}

export type AdmissionRequest = TurnRequest & Pick<CountableTurn, "botUserId" | "integration">;

/** Of the user's guard. If it failed, it may have admitted the turn. */
type GuardDecision = Admission["status"] | "failed";

/**
 * Asks the user's guard and the bot's slots at the same time, and then counts the turn where there are limits. Rejects with a
 * BridgeError `bad_token` or `rate_limited`, or with the guard's failure, once `giveBack` has returned what was granted.
 */
export const acquireAdmission = async (
  { guard, acquireSlot, countTurn, clock }: AdmissionPorts,
  { botUserId, integration, ...request }: AdmissionRequest,
  giveBack: (slots: AcquiredSlots, decision: GuardDecision) => Promise<unknown>,
): Promise<{ readonly slots: AcquiredSlots; readonly counted: CountedTurn }> => {
  const { appKey, userId, turn, until } = request;
  const [decided, slots] = await Promise.all([
    guard.admit(request).catch((error: unknown) => ({ status: "failed", error }) as const),
    acquireSlot({ appKey, botUserId, slot: turn, until }),
  ]);
  if (decided.status === "admitted" && !slots.refusedBy) {
    // A run whose process died was counted: its slot is still open.
    const counted = await countTurn(
      { appKey, botUserId, userId, integration },
      { wasCounted: slots.wasOpen },
    );
    if (counted.status === "counted") return { slots, counted };
    await giveBack(slots, decided.status);
    throw new LimitReachedError(counted.by, clock.now());
  }
  await giveBack(slots, decided.status);
  if (decided.status === "failed") throw decided.error;
  checkAdmission(decided);
  throw busyBot();
};

/** Admits a turn that is new, or begins again. Rejects as `acquireAdmission` does; then nothing of the turn is left. */
export type AdmitTurn = (request: AdmissionRequest) => Promise<AdmittedTurn>;

export const makeAdmitTurn =
  (ports: AdmissionPorts): AdmitTurn =>
  async (request) => {
    const { guard } = ports;
    const { appKey, userId, turn } = request;
    const granted = await acquireAdmission(ports, request, (slots, decision) =>
      // The refusal is more useful to the caller than a failure to give back, which ends by itself.
      Promise.allSettled([
        ...(decision === "admitted" || decision === "failed" ? [guard.cancel({ appKey, userId, turn })] : []),
        slots.release(),
      ]),
    );
    return admittedTurn(guard, request, granted);
  };
