/** Metrics for alarms and dashboards. Keep dimensions low-cardinality; never use ids. */
export interface Metrics {
  /** Records one occurrence. */
  count(name: string, dimensions: Readonly<Record<string, string>>): void;
  /** Records one occurrence and its duration in milliseconds; the sample count is the number of occurrences. */
  time(name: string, ms: number, dimensions: Readonly<Record<string, string>>): void;
}
