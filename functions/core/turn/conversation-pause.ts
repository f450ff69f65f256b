import type { FieldValues, Pause } from "#core/answer/pause.ts";
import { dayMs } from "#core/shared/clock.ts";

/** An answer of a conversation that waits for human input. Times are in milliseconds since the epoch. */
export interface ConversationPause {
  readonly id: string;
  /** The turns that asked for the input: the one that it began in, and those that asked again. */
  readonly turnIds: readonly string[];
  readonly openedAt: number;
  readonly pause: Pause;
  /** The values that the user has given so far. */
  readonly values: FieldValues;
  /** When the form was filled in, or was found to be filled in or expired; absent while it is open. */
  readonly closedAt?: number;
  /** Whether the rest of the answer was delivered. Until then it is looked for. */
  readonly isOver?: true;
}

/** Dify's default maximum for a form (HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS). */
const maxPauseMs = 7 * dayMs;
/** The answer may continue after its form has expired: Dify looks for expired forms once a minute. */
const afterExpiryMs = 60 * 60_000;
/** A user may fill in a form again until the answer has arrived. */
const overPauseMs = 10 * 60_000;

/** Until when the pause is kept, in milliseconds since the epoch. */
export const pauseEndsAt = ({
  pause: { expiresAt = Number.POSITIVE_INFINITY },
  openedAt,
  closedAt = openedAt,
  isOver,
}: ConversationPause): number =>
  isOver ? closedAt + overPauseMs : Math.min(expiresAt + afterExpiryMs, openedAt + maxPauseMs);

/** How many answers of a conversation may wait: each new question may begin one. */
const maxPauses = 5;
/** Of all pauses of a conversation as JSON, in characters: with the memory, they share an item of 400 KB. */
const maxPausesLength = 64 * 1024;

/** Adds the pause, or replaces the one with its id. Drops others if there are too many, first those that are over. */
export const withPause = (
  pauses: readonly ConversationPause[],
  changed: ConversationPause,
): readonly ConversationPause[] => {
  const isNew = pauses.every(({ id }) => id !== changed.id);
  let kept = isNew ? [...pauses, changed] : pauses.map((each) => (each.id === changed.id ? changed : each));
  while (kept.length > 1 && (kept.length > maxPauses || JSON.stringify(kept).length > maxPausesLength)) {
    const dropped = kept.find(({ isOver }) => isOver) ?? kept[0];
    kept = kept.filter((each) => each !== dropped);
  }
  return kept;
};
