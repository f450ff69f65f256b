import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { type Effort, type Measurement, measurement } from "./measurement.ts";
import { runInChild } from "./run-in-child.ts";

const child = fileURLToPath(new URL("./child.ts", import.meta.url));

/** @throws Error if the benchmark fails or returns nothing. */
export const runBenchmark = async (name: string, effort: Effort): Promise<readonly Measurement[]> => {
  const sent = await runInChild(child, name, effort);
  const measurements = v.safeParse(v.pipe(v.array(measurement), v.nonEmpty()), sent);
  if (!measurements.success) throw new Error(`the benchmark ${name} measured no numbers`);
  return measurements.output;
};
