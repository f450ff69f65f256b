import { BotError } from "./bot-error.ts";
import type { Clock } from "./clock.ts";

export interface RetryPorts {
  readonly clock: Clock;
  /** From 0 up to, but not including, 1. */
  readonly random: () => number;
}

export interface RetryBudget {
  /** Something came of it: the count starts again. */
  reset(): void;
  /**
   * Waits until it is time for another try: longer each time, no two clients alike, and never sooner than the bridge asks;
   * not at all once the signal aborts, and no longer once `enough` does. @throws the failure itself where trying again is no use; the signal's reason
   * where it had aborted before.
   */
  waitAfterFailure(failure: unknown, signal: AbortSignal | undefined, enough?: AbortSignal): Promise<void>;
}

const initialBackoffMs = 500;
const maxBackoffMs = 10_000;
/** A longer wait is the caller's to decide on: somebody may sit before an empty page. */
const maxRetryAfterMs = 30_000;

const backoffMs = (failures: number): number =>
  Math.min(maxBackoffMs, initialBackoffMs * 2 ** (failures - 1));

/** Patience for so many tries in a row that come to nothing. */
export const makeRetryBudget = ({ clock, random }: RetryPorts, maxAttempts: number): RetryBudget => {
  let failures = 0;
  return {
    reset: () => {
      failures = 0;
    },
    waitAfterFailure: async (failure, signal, cancelWait) => {
      signal?.throwIfAborted();
      failures += 1;
      if (!(failure instanceof BotError) || !failure.retryable || failures >= maxAttempts) throw failure;
      const { retryAfterMs = 0 } = failure;
      if (retryAfterMs > maxRetryAfterMs) throw failure;
      const ends = AbortSignal.any([signal, cancelWait].filter((each) => each !== undefined));
      await clock.sleep(retryAfterMs + backoffMs(failures) * (0.5 + random() / 2), ends);
    },
  };
};
