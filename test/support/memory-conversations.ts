import type { Clock } from "#core/shared/clock.ts";
import type { Conversation, ConversationHold, ConversationStore } from "#core/turn/conversation.ts";

export interface MemoryConversations extends ConversationStore {
  /** All that were kept, in order. */
  readonly kept: Conversation[];
  /** The turn that has it now. */
  holder(): ConversationHold | undefined;
  /** Lets another turn have it. */
  take(hold: ConversationHold): void;
  /** How many turns have come to their end, and what each has prolonged its life to. */
  readonly closed: (number | undefined)[];
}

/** Keeps one conversation as the table does, whatever its key. */
export const makeMemoryConversations = (clock: Clock, before?: Conversation): MemoryConversations => {
  const kept: Conversation[] = before ? [before] : [];
  const closed: (number | undefined)[] = [];
  let held: ConversationHold | undefined;
  const isHolder = (token: string): boolean => held?.token === token;
  return {
    kept,
    closed,
    holder: () => held,
    take: (hold) => {
      held = hold;
    },
    open: async (_key, hold) => {
      const isTaken = held && held.heldUntil > clock.now() && held.turnId !== hold.turnId;
      if (isTaken) return { status: "busy" };
      held = hold;
      const last = kept.at(-1);
      return { status: "open", conversation: last && last.expiresAt > clock.now() ? last : undefined };
    },
    renew: async (_key, hold) => {
      if (!isHolder(hold.token)) return false;
      held = hold;
      return true;
    },
    keep: async (_key, token, conversation) => {
      if (isHolder(token)) kept.push(conversation);
      return isHolder(token);
    },
    find: async () => {
      const last = kept.at(-1);
      return last && { ...last, turns: closed.length };
    },
    forget: async () => void kept.splice(0),
    close: async (_key, token, expiresAt) => {
      if (!isHolder(token)) return;
      held = undefined;
      closed.push(expiresAt);
    },
  };
};
