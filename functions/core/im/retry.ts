import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";

const firstDelayMs = 200;
const maxDelayMs = 5_000;

export interface RetryOptions {
  readonly clock: Clock;
  /** When the last try is made, in milliseconds since the epoch. */
  readonly until: number;
  /** Hears of each failure; false: do not try again. By default, what is retryable is tried again. */
  readonly onFailure?: (error: BridgeError) => boolean;
}

/**
 * Makes the call again until it succeeds, with doubling delays, or as long as the other side asks for.
 * @throws the last error, once it is final or the time is up.
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
      // However long it asks for, it gets a last try when the time is up.
      await clock.sleep(Math.min(Math.max(delayMs, error.retryAfterMs ?? 0), leftMs));
    }
  }
};
