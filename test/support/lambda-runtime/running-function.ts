import { spawn } from "node:child_process";
import { once } from "node:events";
import { type Endpoints, lambdaEnvironment } from "../../../local/aws/lambda/environment.ts";
import type { LambdaFunction } from "../../../local/aws/template/functions.ts";
import type { Invocation } from "./invocation.ts";
import { startRuntimeApi } from "./runtime-api.ts";

/** A function as deployed, in one process of Lambda's own runtime. */
export interface RunningFunction {
  /** `leftMs`: the remaining time for this event; without it, the whole timeout. */
  readonly invoke: (event: unknown, leftMs?: number) => Invocation;
  /** When it asked for its first event, in milliseconds of `performance.now()`; rejects if it ended before. */
  readonly ready: Promise<number>;
  readonly isAlive: () => boolean;
  readonly pid: number | undefined;
  /** As Lambda does to an idle process. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  /** All its output so far. */
  readonly log: () => string;
  readonly close: () => Promise<void>;
}

/** `client`: the index.mjs of an aws-lambda-ric, which loads the handler and calls the Runtime API. */
export const startFunction = async (
  client: string,
  lambda: LambdaFunction,
  endpoints: Endpoints,
): Promise<RunningFunction> => {
  const api = await startRuntimeApi(lambda.arn);
  const child = spawn(process.execPath, [client], {
    cwd: lambda.codeFolder,
    // Nothing from this process's environment.
    env: {
      ...lambda.environment,
      ...lambdaEnvironment(lambda, endpoints),
      AWS_LAMBDA_LOG_FORMAT: "JSON",
      AWS_LAMBDA_RUNTIME_API: api.host,
      _HANDLER: lambda.handler,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
  }
  const closed = once(child, "close").then(([code, signal]) =>
    api.abandon(new Error(`the runtime has ended (${code ?? signal}):\n${log}`)),
  );

  return {
    invoke: (event, leftMs = lambda.timeoutSeconds * 1000) => api.invoke(event, leftMs),
    ready: api.ready,
    pid: child.pid,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    log: () => log,
    close: async () => {
      // Works on a frozen process too.
      child.kill("SIGKILL");
      await closed;
      await api.close();
    },
  };
};
