/** Default number of measurements. */
export const runs = 100;
/** The first measurements warm up code and connections, and are dropped. */
const warmUp = 10;

export const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;

/** The median of `count` measurements in milliseconds. */
export const medianOf = async (measure: (run: number) => Promise<number>, count = runs): Promise<number> => {
  const all: number[] = [];
  for (let run = 0; run < count; run += 1) all.push(await measure(run));
  return median(all.slice(warmUp));
};
