import type { Log } from "#core/shared/log.ts";
import { rateLimited } from "./chat-access.ts";
import type { ChatUser } from "./chat-user.ts";
import type { UserGuard } from "./user-guard.ts";

export interface AcquireReaderPorts {
  /** Limits readers the way turns are limited, with separate counts. */
  readonly readers: Pick<UserGuard, "admit" | "release">;
  readonly newId: () => string;
  readonly log: Log;
}

/**
 * Acquires a slot for a client that follows a turn which runs elsewhere or is done: every such reader occupies a function
 * and keeps reading the tables. Resolves with the function that releases the slot, which never rejects. `until`: when the
 * slot is released in any case, in milliseconds since the epoch. Rejects with a BridgeError `rate_limited`.
 */
export type AcquireReader = (
  user: Pick<ChatUser, "appKey" | "userId" | "issuedAt">,
  until: number,
) => Promise<() => Promise<void>>;

export const makeAcquireReader =
  ({ readers, newId, log }: AcquireReaderPorts): AcquireReader =>
  async ({ appKey, userId, issuedAt }, until) => {
    const slot = { appKey, userId, turn: newId() };
    const admission = await readers.admit({ ...slot, issuedAt, until });
    if (admission.status === "limited") throw rateLimited("open event streams", admission.retryAfterMs);
    return () =>
      readers.release(slot).catch((error: unknown) => {
        log.warn("reader_slot_not_released", { app: appKey, reason: String(error) });
      });
  };
