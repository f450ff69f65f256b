import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "#core/shared/clock.ts";

export interface TestClock extends Clock {
  /** Advances time by `ms`: sleepers whose time comes wake in order, each at its own time. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Resolves when everything that is ready to run has run. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
};

/** A clock that stands still until a test advances it. */
export const makeTestClock = (startMs = Date.UTC(2026, 0, 1)): TestClock => {
  let now = startMs;
  let sleepers: Sleeper[] = [];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper = { at: now + ms, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers = sleepers.filter((each) => each !== sleeper);
          resolve();
        });
      }),
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (;;) {
        const [next] = sleepers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
        if (!next) break;
        sleepers = sleepers.filter((each) => each !== next);
        now = next.at;
        next.wake();
        await settle();
      }
      now = end;
    },
  };
};
