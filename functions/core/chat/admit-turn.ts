import type { AcquiredSlots } from "#core/shared/slots.ts";
import { type AcquireChatSlot, busyBot, checkAdmission } from "./chat-access.ts";
import type { Admission, TurnRequest, UserGuard } from "./user-guard.ts";

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

export interface AdmissionPorts {
  readonly guard: Pick<UserGuard, "admit" | "release" | "cancel">;
  readonly acquireSlot: AcquireChatSlot;
}

export type AdmissionRequest = TurnRequest & { readonly botUserId: string };

/** Of the user's guard. If it failed, it may have admitted the turn. */
type GuardDecision = Admission["status"] | "failed";

/**
 * Asks the user's guard and the bot's slots at the same time. Rejects with a BridgeError `bad_token` or `rate_limited`, or with
 * the guard's failure, once `giveBack` has returned what was granted.
 */
export const acquireAdmission = async (
  { guard, acquireSlot }: AdmissionPorts,
  { botUserId, ...request }: AdmissionRequest,
  giveBack: (slots: AcquiredSlots, decision: GuardDecision) => Promise<unknown>,
): Promise<AcquiredSlots> => {
  const { appKey, turn, until } = request;
  const [decided, slots] = await Promise.all([
    guard.admit(request).catch((error: unknown) => ({ status: "failed", error }) as const),
    acquireSlot({ appKey, botUserId, slot: turn, until }),
  ]);
  if (decided.status === "admitted" && !slots.refusedBy) return slots;
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
    const slots = await acquireAdmission(ports, request, (granted, decision) =>
      // The refusal is more useful to the caller than a failure to give back, which ends by itself.
      Promise.allSettled([
        ...(decision === "admitted" || decision === "failed" ? [guard.cancel({ appKey, userId, turn })] : []),
        granted.release(),
      ]),
    );
    return admittedTurn(guard, request, slots);
  };
