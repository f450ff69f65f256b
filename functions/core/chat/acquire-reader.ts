import type { Log } from "#core/shared/log.ts";
import { rateLimited } from "./chat-access.ts";
import type { ChatUser } from "./chat-user.ts";
import type { UserGuard } from "./user-guard.ts";

export interface AcquireReaderPorts {
  /** Counts readers as turns are counted, beside them. */
  readonly readers: Pick<UserGuard, "admit" | "release">;
  readonly newId: () => string;
  readonly log: Log;
}

/**
 * Lets a client follow a turn that runs elsewhere or is done: each that does holds a function and asks the tables on. Gives
 * what is to be called when it has gone, which never rejects. `until`: when it has gone, one way or other, in milliseconds
 * since the epoch. @throws BridgeError `rate_limited`.
 */
export type AcquireReader = (
  user: Pick<ChatUser, "appKey" | "userId" | "issuedAt">,
  until: number,
) => Promise<() => Promise<void>>;

export const makeAcquireReader =
  ({ readers, newId, log }: AcquireReaderPorts): AcquireReader =>
  async ({ appKey, userId, issuedAt }, until) => {
    const place = { appKey, userId, turn: newId() };
    const admission = await readers.admit({ ...place, issuedAt, until });
    if (admission.status === "limited") throw rateLimited("open event streams", admission.retryAfterMs);
    return () =>
      readers.release(place).catch((error: unknown) => {
        log.warn("reader_slot_not_released", { app: appKey, reason: String(error) });
      });
  };
