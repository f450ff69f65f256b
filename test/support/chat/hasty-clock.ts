import type { Clock } from "../../../client/src/index.ts";

export interface HastyClock extends Clock {
  /** Milliseconds that were waited for, in order. */
  readonly waits: () => readonly number[];
}

/** From here on, a sleep is a watch over something: it ends when that has come, and never by itself. */
const watchMs = 30_000;

/** A clock on which waiting takes no time. */
export const makeHastyClock = (): HastyClock => {
  const waits: number[] = [];
  return {
    waits: () => [...waits],
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms === watchMs) return void signal?.addEventListener("abort", () => resolve());
        waits.push(ms);
        setImmediate(resolve);
      }),
  };
};
