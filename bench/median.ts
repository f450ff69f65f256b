/** How often each thing is measured, where nothing else is said. */
export const runs = 100;
/** The first ones warm the code and the connections up. */
const warmUp = 10;

export const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? 0;

/** The median of the milliseconds that `measure` gives. */
export const medianOf = async (measure: (run: number) => Promise<number>, count = runs): Promise<number> => {
  const all: number[] = [];
  for (let run = 0; run < count; run += 1) all.push(await measure(run));
  return median(all.slice(warmUp));
};
