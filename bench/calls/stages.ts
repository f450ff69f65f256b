/** A call, with the times at which it began and ended, in milliseconds. */
export interface TimedCall {
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * The length of the longest chain of calls that each began after the one before had ended. Calls that do not wait for each
 * other overlap, if each takes longer than a client needs to send them all.
 */
export const stagesOf = (calls: readonly TimedCall[]): number => {
  let stages = 0;
  let last = Number.NEGATIVE_INFINITY;
  // The one that ends first leaves most room for others.
  for (const { startedAt, endedAt } of calls.toSorted((one, other) => one.endedAt - other.endedAt)) {
    if (startedAt < last) continue;
    stages += 1;
    last = endedAt;
  }
  return stages;
};
