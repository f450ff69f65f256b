import type { FieldValues, Pause } from "#core/answer/pause.ts";

/** An answer of a conversation that waits for human input. */
export interface ConversationPause {
  readonly id: string;
  /** The turn that it began in. */
  readonly turnId: string;
  readonly pause: Pause;
  /** The values that the user has given so far. */
  readonly values: FieldValues;
  /** When the form was filled in or expired, in milliseconds since the epoch; absent while it is open. */
  readonly closedAt?: number;
}

/** Dify's default maximum for a form (HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS). */
const maxPauseMs = 7 * 24 * 60 * 60_000;
/** The answer may continue after its form has expired: Dify looks for expired forms once a minute. */
const afterExpiryMs = 60 * 60_000;
/** A user may fill in a form again until the answer has arrived. */
const closedPauseMs = 10 * 60_000;

/** How many answers of a conversation may wait: each new question may begin one. The oldest is dropped. */
export const maxPauses = 5;

/** Until when the pause is kept, in milliseconds since the epoch. */
export const pauseEndsAt = ({ pause: { expiresAt }, closedAt }: ConversationPause, now: number): number =>
  closedAt === undefined
    ? Math.min(
        expiresAt === undefined ? Number.POSITIVE_INFINITY : expiresAt + afterExpiryMs,
        now + maxPauseMs,
      )
    : closedAt + closedPauseMs;
