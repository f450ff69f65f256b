import type { Metrics } from "#core/shared/metrics.ts";

export interface MemoryMetrics extends Metrics {
  readonly notes: {
    readonly name: string;
    readonly ms: number;
    readonly dimensions: Readonly<Record<string, string>>;
  }[];
  readonly counts: { readonly name: string; readonly dimensions: Readonly<Record<string, string>> }[];
}

export const makeMemoryMetrics = (): MemoryMetrics => {
  const notes: MemoryMetrics["notes"] = [];
  const counts: MemoryMetrics["counts"] = [];
  return {
    notes,
    counts,
    time: (name, ms, dimensions) => void notes.push({ name, ms, dimensions }),
    count: (name, dimensions) => void counts.push({ name, dimensions }),
  };
};
