import { answerLength, exponential, percentile, seededRandom } from "./random.ts";

export interface WorkersCase {
  /** Across all apps, each turn in its own conversation. */
  readonly turnsPerSecond: number;
  /** Maximum concurrency of the event source mapping. */
  readonly maxConcurrency: number;
  /** Initial concurrency, and growth per minute while jobs wait. */
  readonly initialConcurrency: number;
  readonly growthPerMinute: number;
}

export interface WorkersResult {
  /** Median and 95th percentile of the time that jobs wait for a worker, in seconds. */
  readonly waitP50: number;
  readonly waitP95: number;
  readonly busyAtEnd: number;
  readonly waitingAtEnd: number;
}

const answerSeconds = 11;
const simulatedSeconds = 600;

/**
 * Simulates jobs that arrive at a constant rate and are delivered to workers like by Lambda's pollers. Times are in
 * seconds.
 */
export const simulateWorkers = (given: WorkersCase): WorkersResult => {
  const { turnsPerSecond, maxConcurrency, initialConcurrency, growthPerMinute } = given;
  const random = seededRandom(7);
  const step = 0.1;
  const waiting: number[] = [];
  let head = 0;
  const waits: number[] = [];
  /** Number of ending turns, by tenth of a second. */
  const ends: number[] = [];
  let busy = 0;
  let allowed = Math.min(initialConcurrency, maxConcurrency);
  let nextArrival = exponential(random, 1 / turnsPerSecond);
  for (let tick = 0; tick * step < simulatedSeconds; tick += 1) {
    const now = tick * step;
    busy -= ends[tick] ?? 0;
    while (nextArrival <= now) {
      waiting.push(nextArrival);
      nextArrival += exponential(random, 1 / turnsPerSecond);
    }
    while (busy < Math.floor(allowed) && head < waiting.length) {
      waits.push(now - (waiting[head] ?? now));
      head += 1;
      busy += 1;
      const end = tick + Math.max(1, Math.round(answerLength(random, answerSeconds) / step));
      ends[end] = (ends[end] ?? 0) + 1;
    }
    if (head < waiting.length) allowed = Math.min(maxConcurrency, allowed + (growthPerMinute / 60) * step);
  }
  const stillWaiting = waiting.slice(head).map((since) => simulatedSeconds - since);
  const all = [...waits, ...stillWaiting];
  return {
    waitP50: percentile(all, 0.5),
    waitP95: percentile(all, 0.95),
    busyAtEnd: busy,
    waitingAtEnd: stillWaiting.length,
  };
};
