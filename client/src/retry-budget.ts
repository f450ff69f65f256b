import { linkAbort, throwIfAborted } from "./abort.ts";
import { BotError } from "./bot-error.ts";
import type { Clock } from "./clock.ts";
import type { Contact } from "./contact.ts";

export interface RetryPorts {
  readonly contact: Contact;
  readonly clock: Clock;
  /** A random number from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
}

export interface Retry {
  /** 1 for the first retry since the last progress. */
  readonly attempt: number;
  /** How long to wait before it: exponential back-off with jitter, plus any delay that the bridge asks for. */
  readonly delayMs: number;
  /** Why it is needed. */
  readonly error: BotError;
}

export interface RetryBudget {
  /** Resets the count of failures after progress. */
  reset(): void;
  /**
   * Plans the retry after a failure.
   * @throws the failure itself if retrying is of no use; the signal's reason if it had already aborted.
   */
  afterFailure(failure: unknown, signal: AbortSignal | undefined): Retry;
  /** Waits for the retry's delay, at most until one of the signals aborts. */
  wait(retry: Retry, ...signals: readonly (AbortSignal | undefined)[]): Promise<void>;
}

const initialBackoffMs = 500;
const maxBackoffMs = 10_000;
/** A longer wait is left to the caller: a user may be looking at an empty page. */
const maxRetryAfterMs = 30_000;
/** While nothing has ever replied: the waits between these are 3.5 s at most. */
const maxFirstAttempts = 4;

const backoffMs = (failures: number): number =>
  Math.min(maxBackoffMs, initialBackoffMs * 2 ** (failures - 1));

/** Allows up to `maxAttempts` consecutive failed attempts. */
export const makeRetryBudget = ({ contact, clock, random }: RetryPorts, maxAttempts: number): RetryBudget => {
  let failures = 0;
  return {
    reset: () => {
      failures = 0;
    },
    afterFailure: (failure, signal) => {
      throwIfAborted(signal);
      failures += 1;
      if (!(failure instanceof BotError) || !failure.retryable) throw failure;
      const { retryAfterMs = 0 } = failure;
      const allowed = contact.isReached ? maxAttempts : maxFirstAttempts;
      if (failures >= allowed || retryAfterMs > maxRetryAfterMs) throw failure;
      const delayMs = Math.round(retryAfterMs + backoffMs(failures) * (0.5 + random() / 2));
      return { attempt: failures, delayMs, error: failure };
    },
    wait: async ({ delayMs }, ...signals) => {
      const ends = linkAbort(...signals);
      await clock.sleep(delayMs, ends.signal);
      ends.unlink();
    },
  };
};
