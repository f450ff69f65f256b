import { setTimeout as delay } from "node:timers/promises";

/** Tells whoever waits for messages that there may be some. */
export interface QueueActivity {
  happened(): void;
  /** Settles at the next activity, and after a moment without any, since messages also become visible by themselves. */
  next(signal: AbortSignal): Promise<void>;
}

const visibilityCheckMs = 100;

export const makeQueueActivity = (): QueueActivity => {
  let activity = Promise.withResolvers<void>();
  return {
    happened() {
      activity.resolve();
      activity = Promise.withResolvers<void>();
    },
    async next(signal) {
      const moment = delay(visibilityCheckMs, undefined, { signal }).catch(() => {});
      await Promise.race([activity.promise, moment]);
    },
  };
};
