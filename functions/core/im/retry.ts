import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";

const firstDelayMs = 200;
const longestDelayMs = 5_000;

export interface Patience {
  readonly clock: Clock;
  /** When the last try is made, in milliseconds since the epoch. */
  readonly until: number;
  /** Hears of each failure; false: it is not to be tried again. Without it, what is retryable is. */
  readonly onFailure?: (error: BridgeError) => boolean;
}

/**
 * Makes the call again, with doubling pauses or as long as the other side asks, until it succeeds.
 * @throws the last error, once it is final or the patience is over.
 */
export const tryUntilTaken = async <T>(
  call: () => Promise<T>,
  { clock, until, onFailure = ({ retryable }) => retryable }: Patience,
): Promise<T> => {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof BridgeError && onFailure(error))) throw error;
      const leftMs = until - clock.now();
      if (leftMs <= 0) throw error;
      // However long it asks for, it gets a last chance when the patience ends.
      await clock.sleep(Math.min(Math.max(delayMs, error.retryAfterMs ?? 0), leftMs));
    }
  }
};
