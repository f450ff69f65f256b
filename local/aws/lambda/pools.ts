import { join } from "node:path";
import type { Writable } from "node:stream";
import { pathToFileURL } from "node:url";
import type { LambdaFunction } from "../template/functions.ts";
import type { Assembly } from "../template/read-assembly.ts";
import { type Endpoints, lambdaEnvironment } from "./environment.ts";
import type { HostAliases } from "./host-aliases.ts";
import type { Invoke } from "./outcome.ts";
import { startPool } from "./pool.ts";
import { poolSize } from "./pool-size.ts";

export interface PoolsOptions {
  readonly assembly: Assembly;
  readonly endpoints: Endpoints;
  readonly queueUrls: ReadonlyMap<string, string>;
  readonly environment: Readonly<Record<string, string>>;
  readonly hostAliases: HostAliases;
  readonly invocationsPerThread: number;
  readonly log: Writable;
}

export interface Pools {
  /** Returns the invoker of the named function. */
  invoke(functionName: string): Invoke;
  /** `Pool.crash` for every function. */
  crash(): number;
  close(): Promise<void>;
}

/**
 * Starts a pool for each function that a route or a queue invokes, and the first thread of those that a queue invokes:
 * one that cannot be loaded is an error at the start. Other functions are loaded when they are called.
 */
export const startPools = async (options: PoolsOptions): Promise<Pools> => {
  const { assembly, hostAliases, invocationsPerThread, log } = options;
  const pools = new Map(
    [...usedFunctions(assembly)].map((name) => {
      const lambda = assembly.functions.find((each) => each.name === name);
      if (!lambda?.codeFolder) throw new Error(`the assembly has no code for the function ${name}`);
      const { arn, timeoutSeconds, memoryMb } = lambda;
      const environment = environmentOf(lambda, options);
      const data = { ...handlerOf(lambda.codeFolder, lambda.handler), hostAliases };
      const thread = { name, arn, timeoutSeconds, memoryMb, data, environment, log };
      return [name, startPool({ ...thread, ...poolSize(lambda, assembly, invocationsPerThread) })] as const;
    }),
  );
  const close = async () => {
    await Promise.all([...pools.values()].map((pool) => pool.stop()));
  };
  try {
    await Promise.all(
      assembly.eventSourceMappings.map(({ functionName }) => pools.get(functionName)?.warm()),
    );
  } catch (error) {
    await close();
    throw error;
  }
  return {
    invoke: (functionName) => {
      const pool = pools.get(functionName);
      if (!pool) throw new Error(`the function ${functionName} is not running`);
      return pool.invoke;
    },
    crash: () => [...pools.values()].reduce((crashed, pool) => crashed + pool.crash(), 0),
    close,
  };
};

const usedFunctions = ({ restApis, eventSourceMappings }: Assembly): Set<string> => {
  const routeFunctions = restApis
    .flatMap(({ routes }) => routes)
    .map(({ integration }) => integration.functionName);
  return new Set([...routeFunctions, ...eventSourceMappings.map(({ functionName }) => functionName)]);
};

/** The handler `index.handler` is the export `handler` of index.mjs in the code folder. */
const handlerOf = (codeFolder: string, handler: string) => {
  const dot = handler.lastIndexOf(".");
  return {
    moduleUrl: pathToFileURL(join(codeFolder, `${handler.slice(0, dot)}.mjs`)).href,
    exportName: handler.slice(dot + 1),
  };
};

const environmentOf = (
  lambda: LambdaFunction,
  { assembly, endpoints, queueUrls, environment }: PoolsOptions,
) => {
  const declared = Object.entries(lambda.environment).map(([name, value]) => {
    const queue = assembly.queues.find(({ urlOnAws }) => urlOnAws === value);
    return [name, (queue && queueUrls.get(queue.name)) ?? value] as const;
  });
  const overrides = Object.entries(environment).filter(
    ([name]) => name in lambda.environment || name.startsWith("AWS_"),
  );
  return {
    ...Object.fromEntries(declared),
    ...lambdaEnvironment(lambda, endpoints),
    ...Object.fromEntries(overrides),
  };
};
