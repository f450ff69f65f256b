import { setTimeout as delay } from "node:timers/promises";

/** Tells whoever waits for messages that there may be some. */
export interface QueueActivity {
  notify(): void;
  /** Settles at the next activity, and after a moment without any, since messages also become visible by themselves. */
  wait(signal: AbortSignal): Promise<void>;
}

const visibilityCheckMs = 100;

export const makeQueueActivity = (): QueueActivity => {
  let activity = Promise.withResolvers<void>();
  return {
    notify() {
      activity.resolve();
      activity = Promise.withResolvers<void>();
    },
    async wait(signal) {
      const moment = delay(visibilityCheckMs, undefined, { signal }).catch(() => {});
      await Promise.race([activity.promise, moment]);
    },
  };
};
