import { BotError } from "./bot-error.ts";
import type { Clock } from "./clock.ts";

export interface PatiencePorts {
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

export interface Patience {
  /** Something came of it: the count starts again. */
  progressed(): void;
  /**
   * Waits until it is time for another try: longer each time, no two clients alike, and never sooner than the bridge asks;
   * not at all once the signal aborts, and no longer once `enough` does. @throws the failure itself where trying again is no use; the signal's reason
   * where it had aborted before.
   */
  afterFailure(failure: unknown, signal: AbortSignal | undefined, enough?: AbortSignal): Promise<void>;
}

const firstBackOffMs = 500;
const longestBackOffMs = 10_000;
/** A longer wait is the caller's to decide on: somebody may sit before an empty page. */
const longestRetryAfterMs = 30_000;

const backOffMs = (failures: number): number =>
  Math.min(longestBackOffMs, firstBackOffMs * 2 ** (failures - 1));

/** Patience for so many tries in a row that come to nothing. */
export const makePatience = ({ clock, random }: PatiencePorts, mostTries: number): Patience => {
  let failures = 0;
  return {
    progressed: () => {
      failures = 0;
    },
    afterFailure: async (failure, signal, enough) => {
      signal?.throwIfAborted();
      failures += 1;
      if (!(failure instanceof BotError) || !failure.retryable || failures >= mostTries) throw failure;
      const { retryAfterMs = 0 } = failure;
      if (retryAfterMs > longestRetryAfterMs) throw failure;
      const ends = AbortSignal.any([signal, enough].filter((each) => each !== undefined));
      await clock.sleep(retryAfterMs + backOffMs(failures) * (0.5 + random() / 2), ends);
    },
  };
};
