import * as v from "valibot";

/** `points`: a number of turns, and what was measured there. `name`: of the chart's file. */
export const chart = v.object({
  name: v.string(),
  title: v.string(),
  points: v.array(v.tuple([v.number(), v.number()])),
});
export type Chart = v.InferOutput<typeof chart>;

/** One number of a benchmark. With `max` or `min` it is a gate: the run fails if the value is beyond it. */
export const measurement = v.object({
  name: v.string(),
  value: v.number(),
  unit: v.picklist(["ms", "×", "MB", "MB/s", "per second", "of all"]),
  max: v.exactOptional(v.number()),
  min: v.exactOptional(v.number()),
  /** What the value was computed from. */
  chart: v.exactOptional(chart),
});
export type Measurement = v.InferOutput<typeof measurement>;

/** How much a benchmark measures: enough to see that it runs and that gates hold, or enough for publication. */
export const efforts = ["quick", "full"] as const;
export type Effort = (typeof efforts)[number];

/** A quick run, as in CI, has few samples and a machine that it shares: ratios may be twice their limits, times are no gates. */
const slack: Readonly<Record<Effort, number>> = { quick: 2, full: 1 };

export const holds = (
  { value, unit, max = Number.POSITIVE_INFINITY, min = Number.NEGATIVE_INFINITY }: Measurement,
  effort: Effort,
): boolean =>
  (effort === "quick" && unit === "ms") || (value <= max * slack[effort] && value >= min / slack[effort]);

/** A file of bench/benchmarks. It runs in a process of its own, with nothing beside it. */
export interface Benchmark {
  readonly measure: (effort: Effort) => Promise<readonly Measurement[]>;
}
