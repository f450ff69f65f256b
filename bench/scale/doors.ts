import { answerLength, exponential, seededRandom } from "./random.ts";

export interface HttpTurnsCase {
  readonly turnsPerSecond: number;
  /** Over how many seconds the rate rises from nothing. */
  readonly rampSeconds: number;
  /** The account's, for this function. */
  readonly maxConcurrency: number;
}

export interface HttpTurnsResult {
  /** Of all that came in ten minutes. */
  readonly throttledShare: number;
  readonly peakConcurrency: number;
}

const answerSeconds = 11;
const seconds = 600;
/** Lambda adds so many to a function in a second. */
const growthPerSecond = 100;

/** Clients' turns: nobody queues them. What Lambda has no room for is turned away. */
export const simulateHttpTurns = ({ turnsPerSecond, rampSeconds: rise, maxConcurrency: mostAtOnce }: HttpTurnsCase): HttpTurnsResult => {
  const random = seededRandom(11);
  const step = 0.1;
  const ends: number[] = [];
  let busy = 0;
  let environments = 0;
  let mayAdd = growthPerSecond * 10;
  let [came, away, mostBusy] = [0, 0, 0];
  let nextArrival = 0;
  for (let tick = 0; tick * step < seconds; tick += 1) {
    const now = tick * step;
    busy -= ends[tick] ?? 0;
    mayAdd = Math.min(growthPerSecond * 10, mayAdd + growthPerSecond * step);
    while (nextArrival <= now) {
      const rate = turnsPerSecond * Math.min(1, rise === 0 ? 1 : Math.max(nextArrival / rise, 0.001));
      nextArrival += exponential(random, 1 / rate);
      came += 1;
      if (busy >= environments && environments < mostAtOnce && mayAdd >= 1) {
        environments += 1;
        mayAdd -= 1;
      }
      if (busy >= environments) {
        away += 1;
        continue;
      }
      busy += 1;
      mostBusy = Math.max(mostBusy, busy);
      const end = tick + Math.max(1, Math.round(answerLength(random, answerSeconds) / step));
      ends[end] = (ends[end] ?? 0) + 1;
    }
  }
  return { throttledShare: away / came, peakConcurrency: mostBusy };
};
