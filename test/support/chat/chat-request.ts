import type { ChatRequest } from "#core/chat/begin-chat-turn.ts";

/** A question to the helpdesk, in the conversation that its user has with it. */
export const chatRequest = (given: Partial<ChatRequest> = {}): ChatRequest => ({
  botUserId: "bot-helpdesk",
  content: "hello",
  conversation: undefined,
  integration: undefined,
  files: [],
  parts: [],
  idempotencyKey: undefined,
  ...given,
});
