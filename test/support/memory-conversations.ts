import type { Clock } from "#core/shared/clock.ts";
import type { Conversation, ConversationLease, ConversationStore } from "#core/turn/conversation.ts";
import type { ConversationPause } from "#core/turn/conversation-pause.ts";

export interface MemoryConversations extends ConversationStore {
  /** All that were begun or continued, in order. */
  readonly kept: Conversation[];
  /** The turn that holds the lease. */
  holder(): ConversationLease | undefined;
  /** Gives the lease to another turn. */
  take(lease: ConversationLease): void;
  /** The number of turns that have ended, and the new expiry that each has set. */
  readonly closed: (number | undefined)[];
}

/** Stores one conversation as the table does, whatever its key. */
export const makeMemoryConversations = (clock: Clock, before?: Conversation): MemoryConversations => {
  const kept: Conversation[] = before ? [before] : [];
  const closed: (number | undefined)[] = [];
  let held: ConversationLease | undefined;
  let pauses: readonly ConversationPause[] = [];
  let freeSince: number | undefined;
  const isHolder = (token: string): boolean => held?.token === token;
  return {
    kept,
    closed,
    holder: () => held,
    take: (lease) => {
      held = lease;
    },
    open: async (_key, lease) => {
      const isTaken = held && held.expiresAt > clock.now() && held.turnId !== lease.turnId;
      if (isTaken) return { status: "busy" };
      held = lease;
      const last = kept.at(-1);
      const conversation = last && last.expiresAt > clock.now() ? last : undefined;
      return { status: "open", conversation, pauses, freeSince };
    },
    renew: async (_key, lease) => {
      if (!isHolder(lease.token)) return false;
      held = lease;
      return true;
    },
    begin: async (_key, token, conversation) => {
      if (isHolder(token)) kept.push(conversation);
      return isHolder(token);
    },
    remember: async (_key, token, memory) => {
      const last = kept.at(-1);
      if (!isHolder(token) || !last) return false;
      kept.push({ ...last, memory });
      return true;
    },
    find: async () => {
      const last = kept.at(-1);
      return last && { ...last, turns: closed.length };
    },
    read: async () => kept.at(-1),
    forget: async () => {
      kept.splice(0);
      pauses = [];
    },
    close: async (_key, token, { expiresAt, pauses: kept = [] }) => {
      if (!isHolder(token)) return;
      held = undefined;
      pauses = kept;
      freeSince = clock.now();
      closed.push(expiresAt);
    },
    findPauses: async () => pauses,
  };
};
