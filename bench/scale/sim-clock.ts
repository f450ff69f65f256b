import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "#core/shared/clock.ts";

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
  isCancelled: boolean;
}

export interface SimClock extends Clock {
  /** Advances time from one sleeper to the next, until none wakes before `until` (milliseconds). */
  run(until: number): Promise<void>;
}

const isBefore = (one: Sleeper, other: Sleeper): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/** A heap with the next sleeper to wake at the top. */
const makeHeap = () => {
  const heap: Sleeper[] = [];
  const swap = (one: number, other: number): void => {
    const [a, b] = [heap[one], heap[other]];
    if (a && b) [heap[one], heap[other]] = [b, a];
  };
  const goesFirst = (one: number, other: number): boolean => {
    const [a, b] = [heap[one], heap[other]];
    return a !== undefined && b !== undefined && isBefore(a, b);
  };
  return {
    first: () => heap[0],
    push: (sleeper: Sleeper): void => {
      heap.push(sleeper);
      for (let at = heap.length - 1; at > 0 && goesFirst(at, (at - 1) >> 1); at = (at - 1) >> 1)
        swap(at, (at - 1) >> 1);
    },
    pop: (): void => {
      swap(0, heap.length - 1);
      heap.pop();
      for (let at = 0; ; ) {
        const [left, right] = [2 * at + 1, 2 * at + 2];
        const least = [left, right].reduce((best, each) => (goesFirst(each, best) ? each : best), at);
        if (least === at) return;
        swap(at, least);
        at = least;
      }
    },
  };
};

/** A deterministic clock that advances as fast as the code that sleeps on it. */
export const makeSimClock = (): SimClock => {
  const heap = makeHeap();
  let now = 0;
  let order = 0;
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        order += 1;
        const sleeper: Sleeper = { at: now + Math.max(0, ms), order, wake: resolve, isCancelled: false };
        heap.push(sleeper);
        signal?.addEventListener(
          "abort",
          () => {
            sleeper.isCancelled = true;
            resolve();
          },
          { once: true },
        );
      }),
    run: async (until) => {
      await nextTurn();
      for (let next = heap.first(); next && next.at <= until; next = heap.first()) {
        now = next.at;
        for (; next && next.at <= now; next = heap.first()) {
          heap.pop();
          if (!next.isCancelled) next.wake();
        }
        await nextTurn();
      }
      now = until;
    },
  };
};
