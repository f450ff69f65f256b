import { BotError } from "./bot-error.ts";
import type { JsonObject } from "./json.ts";

/** A user's conversation with a bot. */
export interface Conversation {
  /** Null for the default conversation. */
  readonly conversation: string | null;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Number of turns so far. */
  readonly turns: number;
}

/** @throws BotError `bad_answer` if a field is missing or malformed. */
export const parseConversation = ({
  conversation,
  startedAt,
  expiresAt,
  turns,
}: JsonObject): Conversation => {
  if (typeof startedAt !== "number" || typeof expiresAt !== "number" || typeof turns !== "number") {
    throw new BotError("malformed conversation", { code: "bad_answer", retryable: false });
  }
  return {
    conversation: typeof conversation === "string" ? conversation : null,
    startedAt,
    expiresAt,
    turns,
  };
};
