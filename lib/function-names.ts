/** The functions, by the names of their folders in functions/. */
export const functionNames = [
  "about",
  "bot-registry",
  "chat-control",
  "chat-stream",
  "console",
  "dead-letters",
  "im-callback",
  "integration-test",
  "message-publish",
  "turn-query",
  "turn-starter",
  "turn-worker",
  "unknown-path",
  "user-data",
  "user-token",
  "webhook-worker",
] as const;

export type FunctionName = (typeof functionNames)[number];
