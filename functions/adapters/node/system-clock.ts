import type { Clock } from "#core/shared/clock.ts";

export const systemClock: Clock = {
  now: Date.now,
  // Not timers/promises: it makes an error, with its stack, for each sleep that is broken off, and most are.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      signal?.addEventListener("abort", wake, { once: true });
    }),
};
