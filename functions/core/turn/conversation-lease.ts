import type { Clock } from "#core/shared/clock.ts";
import { type Held, keepLease, leaseMs } from "#core/shared/lease.ts";
import type { Log } from "#core/shared/log.ts";
import type { Conversation, ConversationKey, ConversationStore } from "./conversation.ts";

export interface HoldConversationPorts {
  readonly conversations: ConversationStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly newToken: () => string;
}

/** A conversation while one turn has it for itself. */
export interface HeldConversation extends Held {
  /** As it stood when it was taken. */
  readonly before: Conversation | undefined;
  /** Keeps what Dify has begun. Where that fails the context is lost, and not the answer. */
  keep(conversation: Conversation): Promise<void>;
  /** Until when it lives from now on, in milliseconds since the epoch. */
  prolong(expiresAt: number): void;
}

/** How long a turn waits for the one before it, and how often it looks. */
const patienceMs = 5_000;
const pauseMs = 500;

/** Runs `work` while the conversation is its own; "busy" where another turn does not come to its end in time. */
export const makeHoldConversation =
  ({ conversations, clock, log, newToken }: HoldConversationPorts) =>
  async <T>(
    key: ConversationKey,
    turnId: string,
    work: (held: HeldConversation) => Promise<T>,
  ): Promise<T | "busy"> => {
    const token = newToken();
    const tell = (event: string) => (error: unknown) =>
      log.warn(event, { bot: key.botUserId, reason: String(error) });
    const holdUntil = (heldUntil: number) => ({ turnId, token, heldUntil });

    const lastLookAt = clock.now() + patienceMs;
    const open = async () => {
      for (;;) {
        const heldUntil = clock.now() + leaseMs;
        const opened = await conversations.open(key, holdUntil(heldUntil));
        if (opened.status === "open" || clock.now() >= lastLookAt) return { ...opened, heldUntil };
        await clock.sleep(pauseMs);
      }
    };

    const opened = await open();
    if (opened.status === "busy") return "busy";
    let prolongedUntil: number | undefined;
    const keep = async (conversation: Conversation): Promise<void> => {
      const isKept = await conversations.keep(key, token, conversation).catch(tell("conversation_not_kept"));
      if (isKept === false) tell("conversation_not_kept")("it was forgotten, or is another's by now");
    };
    try {
      return await keepLease(
        {
          clock,
          heldUntil: opened.heldUntil,
          renew: (expiresAt) => conversations.renew(key, holdUntil(expiresAt)),
          onTrouble: tell("conversation_not_renewed"),
        },
        (held) =>
          work({
            before: opened.conversation,
            signal: held.signal,
            isOurs: held.isOurs,
            keep,
            prolong: (expiresAt) => {
              prolongedUntil = expiresAt;
            },
          }),
      );
    } finally {
      await conversations.close(key, token, prolongedUntil).catch(tell("conversation_not_closed"));
    }
  };
