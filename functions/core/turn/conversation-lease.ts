import type { Clock } from "#core/shared/clock.ts";
import { type ActiveLease, keepLease, leaseMs } from "#core/shared/lease.ts";
import type { Log } from "#core/shared/log.ts";
import { type ConversationKey, type ConversationStore, conversationLifeMs } from "./conversation.ts";

export interface ConversationLeasePorts {
  readonly conversations: ConversationStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly newToken: () => string;
}

/** A conversation while one turn has it for itself. */
export interface LeasedConversation extends ActiveLease {
  /** What the model remembered when the conversation was opened; undefined where none has begun. */
  readonly memory: string | undefined;
  /** Saves what the model remembers, of a new conversation or of this one. Where that fails the context is lost, not the answer. */
  saveMemory(memory: string, isNew: boolean): Promise<void>;
  /** Extends its life by 24 hours from now, once the turn has ended. */
  extend(): void;
}

/** Another turn runs in the conversation, and did not end in time. */
export interface ConversationBusy {
  readonly status: "busy";
}

/** How long a turn waits for the one before it, and how often it looks, in milliseconds. */
const maxWaitMs = 5_000;
const pauseMs = 500;

/** Runs `work` while the turn holds the conversation's lease. */
export const makeWithConversation =
  ({ conversations, clock, log, newToken }: ConversationLeasePorts) =>
  async <T>(
    key: ConversationKey,
    turnId: string,
    work: (conversation: LeasedConversation) => Promise<T>,
  ): Promise<T | ConversationBusy> => {
    const token = newToken();
    const warn = (event: string) => (error: unknown) =>
      log.warn(event, { bot: key.botUserId, reason: String(error) });

    const lastLookAt = clock.now() + maxWaitMs;
    const open = async () => {
      for (;;) {
        const expiresAt = clock.now() + leaseMs;
        const opened = await conversations.open(key, { turnId, token, expiresAt });
        if (opened.status === "open" || clock.now() >= lastLookAt) return { ...opened, expiresAt };
        await clock.sleep(pauseMs);
      }
    };

    const save = (memory: string, isNew: boolean): Promise<boolean> => {
      if (!isNew) return conversations.remember(key, token, memory);
      const startedAt = clock.now();
      return conversations.begin(key, token, {
        memory,
        startedAt,
        expiresAt: startedAt + conversationLifeMs,
      });
    };
    const saveMemory = async (memory: string, isNew: boolean): Promise<void> => {
      const isKept = await save(memory, isNew).catch(warn("conversation_not_saved"));
      if (isKept === false) warn("conversation_not_saved")("it was deleted, or another turn has the lease");
    };

    const opened = await open();
    if (opened.status === "busy") return { status: "busy" };
    let prolongedUntil: number | undefined;
    const extend = (): void => {
      prolongedUntil = clock.now() + conversationLifeMs;
    };
    const renew = (expiresAt: number): Promise<boolean> =>
      conversations.renew(key, { turnId, token, expiresAt });
    try {
      return await keepLease(
        { clock, expiresAt: opened.expiresAt, renew, onError: warn("conversation_lease_not_renewed") },
        ({ signal, isHeld }) =>
          work({ signal, isHeld, memory: opened.conversation?.memory, saveMemory, extend }),
      );
    } finally {
      await conversations.close(key, token, prolongedUntil).catch(warn("conversation_lease_not_released"));
    }
  };
