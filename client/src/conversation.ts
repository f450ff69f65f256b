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

/** Undefined if a field is missing or malformed. */
export const parseConversation = ({
  conversation,
  startedAt,
  expiresAt,
  turns,
}: JsonObject): Conversation | undefined => {
  if (typeof startedAt !== "number" || typeof expiresAt !== "number" || typeof turns !== "number") {
    return undefined;
  }
  return {
    conversation: typeof conversation === "string" ? conversation : null,
    startedAt,
    expiresAt,
    turns,
  };
};
