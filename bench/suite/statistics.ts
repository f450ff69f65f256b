/** The value below which this share of the values is. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};

export const median = (values: readonly number[]): number => percentile(values, 0.5);

/** Runs both in turn, so that other load on the machine affects both, and drops the first round, which warms up. */
export const interleaved = async <T>(
  rounds: number,
  ours: () => Promise<T>,
  floor: () => Promise<T>,
): Promise<readonly { readonly ours: T; readonly floor: T }[]> => {
  const all: { readonly ours: T; readonly floor: T }[] = [];
  for (let round = 0; round <= rounds; round += 1) all.push({ floor: await floor(), ours: await ours() });
  return all.slice(1);
};

/** Starts `count` calls at a rate per second, whether or not the earlier ones have ended, and waits for all. */
export const atRate = async <T>(
  perSecond: number,
  count: number,
  call: (index: number) => Promise<T>,
): Promise<readonly T[]> => {
  const startedAt = performance.now();
  const calls: Promise<T>[] = [];
  for (let index = 0; index < count; index += 1) {
    const pauseMs = startedAt + (index * 1000) / perSecond - performance.now();
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    calls.push(call(index));
  }
  return Promise.all(calls);
};
