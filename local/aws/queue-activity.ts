import { systemClock } from "#adapters/node/system-clock.ts";

/** Notifies pollers that there may be messages in their queue. */
export interface QueueActivity {
  notify(queue: string): void;
  /**
   * Resolves at the next activity, or after a short time without any, since messages also become visible by timeout.
   */
  wait(queue: string, signal: AbortSignal): Promise<void>;
}

const visibilityCheckMs = 300;

export const makeQueueActivity = (): QueueActivity => {
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  return {
    notify(queue) {
      waiting.get(queue)?.resolve();
      waiting.delete(queue);
    },
    async wait(queue, signal) {
      const activity = waiting.get(queue) ?? Promise.withResolvers<void>();
      waiting.set(queue, activity);
      const ended = new AbortController();
      const moment = systemClock.sleep(visibilityCheckMs, AbortSignal.any([signal, ended.signal]));
      await Promise.race([activity.promise, moment]);
      ended.abort("active");
    },
  };
};
