const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

const units = [
  { below: hourMs, unitMs: minuteMs, unit: "min", restMs: secondMs, rest: "s" },
  { below: Number.POSITIVE_INFINITY, unitMs: hourMs, unit: "h", restMs: minuteMs, rest: "min" },
] as const;

/** A duration with about three digits: `210 ms`, `4.31 s`, `2 min 5 s`. The units are the same in both languages. */
export const formatDuration = (ms: number): string => {
  if (ms < secondMs) return `${Math.round(ms)} ms`;
  if (ms < minuteMs) return `${Number((ms / secondMs).toPrecision(3))} s`;
  const { unitMs, unit, restMs, rest } = ms < units[0].below ? units[0] : units[1];
  return `${Math.floor(ms / unitMs)} ${unit} ${Math.floor((ms % unitMs) / restMs)} ${rest}`;
};
