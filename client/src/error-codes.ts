/** Why an answer failed, as the bridge says (docs/http-chat.md). */
export const answerErrorCodes = [
  "unavailable",
  "timeout",
  "refused",
  "model",
  "conversation_lost",
  "empty",
  "broken_off",
  "unreadable",
  "interrupted",
  "replay_too_long",
  "internal",
] as const;

/** What went wrong on the way, as this library says. */
const connectionErrorCodes = [
  /** No reply. */
  "unreachable",
  /** What replied is not a bridge. */
  "not_a_bridge",
  /** The connection broke within a reply. */
  "connection_lost",
  /** The bridge sent nothing for too long. */
  "silent",
  /** The bridge's reply is malformed. */
  "bad_answer",
] as const;

export const botErrorCodes = [...answerErrorCodes, ...connectionErrorCodes] as const;

type AnswerErrorCode = (typeof answerErrorCodes)[number];

/** A number is the bridge's code of a rejected call (docs/api.md), or the HTTP status if it sent none. */
export type BotErrorCode = number | (typeof botErrorCodes)[number];

/** Newer bridges may send other codes. */
export const toAnswerErrorCode = (code: unknown): AnswerErrorCode =>
  answerErrorCodes.find((each) => each === code) ?? "internal";
