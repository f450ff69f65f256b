import type { Clock } from "#core/shared/clock.ts";
import { type ActiveLease, keepLease, leaseMs } from "#core/shared/lease.ts";
import type { Log } from "#core/shared/log.ts";
import { type ConversationKey, type ConversationStore, conversationLifeMs } from "./conversation.ts";
import { type ConversationPause, withPause } from "./conversation-pause.ts";

export interface ConversationLeasePorts {
  readonly conversations: ConversationStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly newToken: () => string;
}

/** A conversation that one turn has leased. */
export interface LeasedConversation extends ActiveLease {
  /** The model's memory when the lease was acquired; undefined in a new conversation. */
  readonly memory: string | undefined;
  /** When the lease was acquired, and since when it was free (see `ConversationStore.open`). */
  readonly openedAt: number;
  readonly freeSince: number | undefined;
  /**
   * Saves the model's memory, for a new conversation or this one. Never rejects: a failure loses the context, not the
   * answer.
   */
  saveMemory(memory: string, isNew: boolean): Promise<void>;
  /** When the turn ends, sets the conversation to expire 24 hours from this call. */
  extend(): void;
  /** Its answers that wait for human input; the latest is the last. */
  readonly pauses: readonly ConversationPause[];
  /** When the turn ends, adds the pause, or replaces the one with its id. */
  setPause(pause: ConversationPause): void;
}

/** Another turn is in progress in the conversation, and did not end in time. */
export interface ConversationBusy {
  readonly status: "busy";
}

/** A turn that asks for a conversation's lease. */
export interface LeasingTurn {
  readonly id: string;
  /** Whether the turn counts as one of the conversation; default true. */
  readonly isCounted?: boolean;
  /** See `ForwardLimits`. */
  readonly admission?: Promise<unknown> | undefined;
}

/** How long a turn waits for the previous one, and how often it checks, in milliseconds. */
const maxWaitMs = 5_000;
const pauseMs = 500;

/**
 * Runs `work` while the turn holds the conversation's lease, which is renewed meanwhile. A turn that is not admitted does not
 * wait for the lease, and gives it back as it was.
 */
export const makeWithConversation =
  ({ conversations, clock, log, newToken }: ConversationLeasePorts) =>
  async <T>(
    key: ConversationKey,
    { id: turnId, isCounted = true, admission }: LeasingTurn,
    work: (conversation: LeasedConversation) => Promise<T>,
  ): Promise<T | ConversationBusy> => {
    const token = newToken();
    const warn = (event: string) => (error: unknown) =>
      log.warn(event, { bot: key.botUserId, reason: String(error) });

    const refused = new AbortController();
    admission?.catch(() => refused.abort());
    const lastCheckAt = clock.now() + maxWaitMs;
    const open = async () => {
      for (;;) {
        const expiresAt = clock.now() + leaseMs;
        const opened = { ...(await conversations.open(key, { turnId, token, expiresAt })), expiresAt };
        if (opened.status === "open" || clock.now() >= lastCheckAt) return opened;
        await clock.sleep(pauseMs, refused.signal);
        if (refused.signal.aborted) return opened;
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
      const isSaved = await save(memory, isNew).catch(warn("conversation_not_saved"));
      if (isSaved === false) warn("conversation_not_saved")("it was deleted, or another turn has the lease");
    };

    const opened = await open().catch(async (error: unknown) => {
      await admission;
      throw error;
    });
    if (opened.status === "busy") {
      await admission;
      return { status: "busy" };
    }
    const { freeSince, conversation } = opened;
    const openedAt = clock.now();
    let isAdmitted = false;
    let extendedUntil: number | undefined;
    let { pauses } = opened;
    const setPause = (changed: ConversationPause): void => {
      pauses = withPause(pauses, changed);
    };
    const extend = (): void => {
      extendedUntil = clock.now() + conversationLifeMs;
    };
    const renew = (expiresAt: number): Promise<boolean> =>
      conversations.renew(key, { turnId, token, expiresAt });
    try {
      return await keepLease(
        { clock, expiresAt: opened.expiresAt, renew, onError: warn("conversation_lease_not_renewed") },
        async ({ signal, isHeld }) => {
          await admission;
          isAdmitted = true;
          return work({
            signal,
            isHeld,
            memory: conversation?.memory,
            openedAt,
            freeSince,
            saveMemory,
            extend,
            pauses,
            setPause,
          });
        },
      );
    } finally {
      await conversations
        .close(key, token, { isCounted: isCounted && isAdmitted, expiresAt: extendedUntil, pauses })
        .catch(warn("conversation_lease_not_released"));
    }
  };
