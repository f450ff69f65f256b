import { maxUploadMs } from "../../../client/src/call.ts";
import { maxSilenceMs } from "../../../client/src/connection.ts";
import { giveUpAfterMs, probeAfterMs } from "../../../client/src/first-contact.ts";
import type { Clock } from "../../../client/src/index.ts";

export interface InstantClock extends Clock {
  /** The requested waits in milliseconds, in order. */
  readonly waits: () => readonly number[];
}

/** Sleeps of these lengths are timeouts: they last until their signals abort them. */
const timeouts: readonly number[] = [maxSilenceMs, maxUploadMs, probeAfterMs, giveUpAfterMs];

/** A clock on which waiting takes no time. */
export const makeInstantClock = (): InstantClock => {
  const waits: number[] = [];
  return {
    waits: () => [...waits],
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (timeouts.includes(ms)) return void signal?.addEventListener("abort", () => resolve());
        waits.push(ms);
        setImmediate(resolve);
      }),
  };
};
