import { BotError } from "./bot-error.ts";
import type { Clock } from "./clock.ts";

export interface RetryPorts {
  readonly clock: Clock;
  /** A random number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

export interface RetryBudget {
  /** Resets the count of failures after progress. */
  reset(): void;
  /**
   * Waits before the next attempt: exponential back-off with jitter, plus any delay that the bridge asks for. Does not
   * wait once `signal` aborts, and stops waiting once `cancelWait` does.
   * @throws the failure itself if retrying is no use; the signal's reason if it had already aborted.
   */
  waitAfterFailure(
    failure: unknown,
    signal: AbortSignal | undefined,
    cancelWait?: AbortSignal,
  ): Promise<void>;
}

const initialBackoffMs = 500;
const maxBackoffMs = 10_000;
/** A longer wait is left to the caller: a user may be looking at an empty page. */
const maxRetryAfterMs = 30_000;

const backoffMs = (failures: number): number =>
  Math.min(maxBackoffMs, initialBackoffMs * 2 ** (failures - 1));

/** Allows up to `maxAttempts` consecutive failed attempts. */
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
