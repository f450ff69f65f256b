import type { Clock } from "../../../client/src/index.ts";

export interface InstantClock extends Clock {
  /** The requested waits in milliseconds, in order. */
  readonly waits: () => readonly number[];
}

/** A sleep of this length is a timeout: it lasts until its signal aborts it. */
const timeoutMs = 30_000;

/** A clock on which waiting takes no time. */
export const makeInstantClock = (): InstantClock => {
  const waits: number[] = [];
  return {
    waits: () => [...waits],
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms === timeoutMs) return void signal?.addEventListener("abort", () => resolve());
        waits.push(ms);
        setImmediate(resolve);
      }),
  };
};
