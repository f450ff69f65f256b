/** What a team watches. Dimensions are few and of few values: never an id. */
export interface Metrics {
  /** Notes one happening. */
  count(name: string, dimensions: Readonly<Record<string, string>>): void;
  /** Notes one happening and how long it took, in milliseconds: the number of notes is their count. */
  time(name: string, ms: number, dimensions: Readonly<Record<string, string>>): void;
}
