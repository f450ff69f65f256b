import type { LambdaFunction } from "../template/functions.ts";
import type { Assembly } from "../template/read-assembly.ts";
import type { PoolOptions } from "./pool.ts";

/** A thread takes some 30 MB. */
const maxThreads = 10;

/**
 * Threads and their invocations, at most as many as the template allows: the function's reserved concurrency, and what its
 * event source mappings have in flight.
 */
export const poolSize = (
  {
    name,
    reservedConcurrency = Number.POSITIVE_INFINITY,
  }: Pick<LambdaFunction, "name" | "reservedConcurrency">,
  { eventSourceMappings }: Pick<Assembly, "eventSourceMappings">,
  invocationsPerThread: number,
): Pick<PoolOptions, "minimum" | "maximum" | "perThread"> => {
  if (invocationsPerThread === 1) {
    // Each mapping may use all of its concurrency: one that is busy delays no other.
    const mapped = eventSourceMappings
      .filter(({ functionName }) => functionName === name)
      .reduce((sum, { maximumConcurrency }) => sum + maximumConcurrency, 0);
    const maximum = Math.min(Math.max(maxThreads, mapped), reservedConcurrency);
    // Two expose code that relies on shared memory.
    return { minimum: Math.min(2, maximum), maximum, perThread: 1 };
  }
  const maximum = Math.min(maxThreads, Math.ceil(reservedConcurrency / invocationsPerThread));
  const perThread = Math.min(invocationsPerThread, Math.floor(reservedConcurrency / maximum));
  return { minimum: 1, maximum, perThread };
};
