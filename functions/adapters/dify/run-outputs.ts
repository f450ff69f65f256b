import * as v from "valibot";

/** Apps have a few outputs; the rest is not read, since each is checked for files. */
const maxOutputs = 200;

/** A run's outputs by name. */
export const runOutputs = v.pipe(
  v.record(v.string(), v.unknown()),
  v.transform((outputs) => Object.fromEntries(Object.entries(outputs).slice(0, maxOutputs))),
);
