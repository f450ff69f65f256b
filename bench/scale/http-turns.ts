import { answerLength, exponential, seededRandom } from "./random.ts";

export interface HttpTurnsCase {
  readonly turnsPerSecond: number;
  /** Time in which the rate rises linearly from zero. */
  readonly rampSeconds: number;
  /** The account's concurrency available to this function. */
  readonly maxConcurrency: number;
}

export interface HttpTurnsResult {
  /** Share of throttled turns in ten minutes. */
  readonly throttledShare: number;
  /** Maximum number of concurrent turns. */
  readonly peakConcurrency: number;
}

const answerSeconds = 11;
const seconds = 600;
/** Concurrency that Lambda adds to a function per second. */
const growthPerSecond = 100;

/** Simulates turns of HTTP clients, which are not queued: Lambda throttles those that it has no capacity for. */
export const simulateHttpTurns = ({
  turnsPerSecond,
  rampSeconds,
  maxConcurrency,
}: HttpTurnsCase): HttpTurnsResult => {
  const random = seededRandom(11);
  const step = 0.1;
  const ends: number[] = [];
  let busy = 0;
  let environments = 0;
  let spareGrowth = growthPerSecond * 10;
  let [arrived, throttled, peakConcurrency] = [0, 0, 0];
  let nextArrival = 0;
  for (let tick = 0; tick * step < seconds; tick += 1) {
    const now = tick * step;
    busy -= ends[tick] ?? 0;
    spareGrowth = Math.min(growthPerSecond * 10, spareGrowth + growthPerSecond * step);
    while (nextArrival <= now) {
      const rate =
        turnsPerSecond * Math.min(1, rampSeconds === 0 ? 1 : Math.max(nextArrival / rampSeconds, 0.001));
      nextArrival += exponential(random, 1 / rate);
      arrived += 1;
      if (busy >= environments && environments < maxConcurrency && spareGrowth >= 1) {
        environments += 1;
        spareGrowth -= 1;
      }
      if (busy >= environments) {
        throttled += 1;
        continue;
      }
      busy += 1;
      peakConcurrency = Math.max(peakConcurrency, busy);
      const end = tick + Math.max(1, Math.round(answerLength(random, answerSeconds) / step));
      ends[end] = (ends[end] ?? 0) + 1;
    }
  }
  return { throttledShare: throttled / arrived, peakConcurrency };
};
