import type { ConversationStore } from "#core/turn/conversation.ts";

/** A store that neither reads nor writes. */
export const noConversations: ConversationStore = {
  open: async () => ({ status: "open", conversation: undefined, pauses: [] }),
  renew: async () => true,
  begin: async () => true,
  remember: async () => true,
  close: async () => {},
  find: async () => undefined,
  read: async () => undefined,
  findPauses: async () => [],
  forget: async () => {},
};
