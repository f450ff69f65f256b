import { setTimeout as delay } from "node:timers/promises";

/** Notifies pollers that there may be messages. */
export interface QueueActivity {
  notify(): void;
  /**
   * Resolves at the next activity, or after a short time without any, since messages also become visible by timeout.
   */
  wait(signal: AbortSignal): Promise<void>;
}

const visibilityCheckMs = 300;

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
