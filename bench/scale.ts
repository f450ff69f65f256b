import { makeChunkInterval } from "#core/im/shared-rate.ts";
import { simulateHttpTurns } from "./scale/http-turns.ts";
import { callsPerSecond, simulateStreams } from "./scale/streams.ts";
import { simulateWorkers } from "./scale/workers.ts";

// Prints the tables of docs/scale.md from deterministic simulations.

const printRows = (rows: readonly (readonly string[])[]): void => {
  for (const [index, row] of rows.entries()) {
    console.log(`| ${row.join(" | ")} |`);
    if (index === 0) console.log(`|${"---|".repeat(row.length)}`);
  }
  console.log();
};

const seconds = (amount: number): string => `${amount < 10 ? amount.toFixed(1) : amount.toFixed(0)} s`;
const share = (of: number): string => `${(100 * of).toFixed(of > 0 && of < 0.1 ? 1 : 0)} %`;
const number = (amount: number): string => amount.toLocaleString("en-US");

/** Initial number and growth of Lambda's pollers, standard and provisioned. */
const standard = { initialConcurrency: 5, growthPerMinute: 300 };
const provisioned = { initialConcurrency: 2_000, growthPerMinute: 1_000 };

printRows([
  [
    "turns per second",
    "max concurrency",
    "pollers",
    "wait, median",
    "wait, p95",
    "busy at end",
    "waiting at end",
  ],
  ...(
    [
      [5, 100, "standard", standard],
      [10, 100, "standard", standard],
      [10, 200, "standard", standard],
      [80, 1_000, "standard", standard],
      [1_000, 1_000, "standard", standard],
      [1_000, 20_000, "provisioned", provisioned],
    ] as const
  ).map(([turnsPerSecond, maxConcurrency, name, pollers]) => {
    const { waitP50, waitP95, busyAtEnd, waitingAtEnd } = simulateWorkers({
      turnsPerSecond,
      maxConcurrency,
      ...pollers,
    });
    return [
      number(turnsPerSecond),
      number(maxConcurrency),
      name,
      seconds(waitP50),
      seconds(waitP95),
      number(busyAtEnd),
      number(waitingAtEnd),
    ];
  }),
]);

printRows([
  ["turns per second", "ramp-up", "account concurrency", "peak concurrency", "throttled"],
  ...(
    [
      [10, 0, 1_000],
      [80, 0, 1_000],
      [100, 0, 1_000],
      [1_000, 0, 15_000],
      [1_000, 120, 15_000],
    ] as const
  ).map(([turnsPerSecond, rampSeconds, maxConcurrency]) => {
    const { throttledShare, peakConcurrency } = simulateHttpTurns({
      turnsPerSecond,
      rampSeconds,
      maxConcurrency,
    });
    const rampUp = rampSeconds === 0 ? "none" : `${rampSeconds} s`;
    return [
      number(turnsPerSecond),
      rampUp,
      number(maxConcurrency),
      number(peakConcurrency),
      share(throttledShare),
    ];
  }),
]);

const streams: string[][] = [];
const shared = makeChunkInterval(callsPerSecond);
/** Of a stream that knows nothing of the others. */
const alone = () => shared(1);
for (const [turnsPerSecond, name, intervalMs] of [
  [5, "alone", alone],
  [10, "alone", alone],
  [1, "shared", shared],
  [2, "shared", shared],
  [5, "shared", shared],
  [10, "shared", shared],
  [20, "shared", shared],
] as const) {
  const { peakConcurrency, firstP95, endP95, chunkInterval, throttledShare, undelivered } =
    await simulateStreams(turnsPerSecond, intervalMs);
  streams.push([
    number(turnsPerSecond),
    name,
    number(peakConcurrency),
    seconds(firstP95),
    seconds(chunkInterval),
    seconds(endP95),
    share(throttledShare),
    number(undelivered),
  ]);
}
printRows([
  [
    "turns per second and app",
    "pace",
    "peak concurrency",
    "first chunk, p95",
    "chunk interval",
    "delay of the end, p95",
    "calls throttled",
    "answers lost",
  ],
  ...streams,
]);
