import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";

const firstDelayMs = 200;
const maxDelayMs = 5_000;

export interface RetryOptions {
  readonly clock: Clock;
  /** When the last attempt is made, in milliseconds since the epoch. */
  readonly until: number;
  /** Called after each failure; returns whether to retry. Default: retry if the error is retryable. */
  readonly onFailure?: (error: BridgeError) => boolean;
}

/**
 * Retries the call until it succeeds, with exponential backoff or the longer delay that the other side asks for.
 * @throws the last error, if it must not be retried or the time is up.
 */
export const retryUntilAccepted = async <T>(
  call: () => Promise<T>,
  { clock, until, onFailure = ({ retryable }) => retryable }: RetryOptions,
): Promise<T> => {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, maxDelayMs)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof BridgeError && onFailure(error))) throw error;
      const leftMs = until - clock.now();
      if (leftMs <= 0) throw error;
      // Even if the other side asks for a longer delay, a last attempt is made when the time is up.
      await clock.sleep(Math.min(Math.max(delayMs, error.retryAfterMs ?? 0), leftMs));
    }
  }
};
