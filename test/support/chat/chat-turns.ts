import type { ChatTurn, StartedChatTurn } from "#core/chat/chat-turn.ts";
import type { ChatUser } from "#core/chat/chat-user.ts";

export const startMs = Date.UTC(2026, 0, 1);

export const newChatTurn = (given: Partial<StartedChatTurn> = {}): StartedChatTurn => ({
  appKey: "app-one",
  turn: "t1",
  userId: "u7",
  botUserId: "bot-helpdesk",
  integrationType: "dify_chatflow",
  conversation: undefined,
  questionHash: "what was asked",
  keepsAnswer: true,
  ...given,
});

/** A running turn whose process has just renewed its lease. */
export const chatTurn = (given: Partial<ChatTurn> = {}): ChatTurn => ({
  ...newChatTurn(),
  state: "running",
  attempt: 1,
  heldUntil: startMs + 10_000,
  replayUntil: undefined,
  reference: undefined,
  inputHash: undefined,
  ...given,
});

export const chatUser = (given: Partial<ChatUser> = {}): ChatUser => ({
  appKey: "app-one",
  userId: "u7",
  bots: undefined,
  issuedAt: startMs - 60_000,
  ...given,
});
