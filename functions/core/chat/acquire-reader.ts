import type { Log } from "#core/shared/log.ts";
import { type AcquireChatSlot, busyBot, rateLimited } from "./chat-access.ts";
import type { ChatUser } from "./chat-user.ts";
import type { UserGuard } from "./user-guard.ts";

export interface AcquireReaderPorts {
  /** Limits readers the way turns are limited, with separate counts. */
  readonly readers: Pick<UserGuard, "admit" | "release">;
  readonly acquireSlot: AcquireChatSlot;
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
  botUserId: string,
  until: number,
) => Promise<() => Promise<void>>;

export const makeAcquireReader =
  ({ readers, acquireSlot, newId, log }: AcquireReaderPorts): AcquireReader =>
  async ({ appKey, userId, issuedAt }, botUserId, until) => {
    const id = newId();
    const reader = { appKey, userId, turn: id };
    const release = (): Promise<void> =>
      readers.release(reader).catch((error: unknown) => {
        log.warn("reader_slot_not_released", { app: appKey, reason: String(error) });
      });
    const acquiring = acquireSlot({ appKey, botUserId, slot: id, until });
    const admission = await readers.admit({ ...reader, issuedAt, until }).catch(async (error: unknown) => {
      await (await acquiring).release();
      throw error;
    });
    const slots = await acquiring;
    if (admission.status === "limited") {
      await slots.release();
      throw rateLimited("open event streams", admission.retryAfterMs);
    }
    if (slots.refusedBy) {
      await release();
      throw busyBot();
    }
    return async () => {
      await Promise.all([release(), slots.release()]);
    };
  };
