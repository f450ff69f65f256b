import type { Clock } from "#core/shared/clock.ts";

/** In milliseconds: the longest that a timer of Node waits. It fires a longer one at once. */
const maxTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  // Not timers/promises: it creates an error with a stack for each aborted sleep, and most sleeps are aborted.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.min(ms, maxTimerMs));
      signal?.addEventListener("abort", wake, { once: true });
    }),
};
