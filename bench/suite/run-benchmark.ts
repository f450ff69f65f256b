import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { type Effort, type Measurement, measurement } from "./measurement.ts";

const child = fileURLToPath(new URL("./child.ts", import.meta.url));

/** @throws Error if the benchmark fails or returns nothing. */
export const runBenchmark = async (name: string, effort: Effort): Promise<readonly Measurement[]> => {
  const running = fork(child, [name, effort], { execArgv: [...process.execArgv, "--expose-gc"] });
  let sent: unknown;
  running.on("message", (message) => {
    sent = message;
  });
  const [code] = await once(running, "exit");
  const measurements = v.safeParse(v.pipe(v.array(measurement), v.nonEmpty()), sent);
  if (code !== 0) throw new Error(`the benchmark ${name} failed (exit code ${code})`);
  if (!measurements.success) throw new Error(`the benchmark ${name} measured no numbers`);
  return measurements.output;
};
