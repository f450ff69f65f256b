import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { Worker } from "node:worker_threads";
import { type Invocation, startInvocation } from "./invocation.ts";
import { lambdaErrorOf } from "./lambda-error.ts";
import type { FromThread, InvocationMessage, LambdaError, ThreadData, ToThread } from "./protocol.ts";
import { threadSource } from "./thread-source.ts";

export interface ThreadOptions {
  readonly name: string;
  readonly arn: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly data: ThreadData;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: Writable;
}

export interface Thread {
  /** Resolves once the handler's module is loaded, with the error if it failed to load. */
  readonly ready: Promise<LambdaError | undefined>;
  readonly exited: Promise<void>;
  /** False once it has ended, was told to stop, or an invocation has timed out in it. */
  alive(): boolean;
  /** Number of invocations in progress. */
  running(): number;
  invoke(event: string): Pick<Invocation, "outcome" | "finished">;
  stop(): Promise<void>;
}

/** V8 would let it grow to a hundred and more under load, and never return it. */
const maxYoungGenerationSizeMb = 12;

/** Writes whole lines, since several threads share one log. */
const logLines = (source: Readable, log: Writable): void => {
  createInterface({ input: source, crlfDelay: Number.POSITIVE_INFINITY }).on("line", (line) => {
    log.write(`${line}\n`);
  });
};

export const startThread = (options: ThreadOptions): Thread => {
  const worker = new Worker(threadSource, {
    env: { ...options.environment },
    // Node flags come from the function's own NODE_OPTIONS, not from this process.
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb, maxOldGenerationSizeMb: options.memoryMb },
    workerData: options.data,
    stdout: true,
    stderr: true,
  });
  logLines(worker.stdout, options.log);
  logLines(worker.stderr, options.log);

  const ready = Promise.withResolvers<LambdaError | undefined>();
  const exited = Promise.withResolvers<void>();
  const send = (message: ToThread) => worker.postMessage(message);
  const running = new Map<string, Invocation>();
  let uncaught: LambdaError | undefined;
  let alive = true;
  const stop = async () => {
    alive = false;
    await worker.terminate();
  };

  const receive = (requestId: string, message: InvocationMessage) => {
    const invocation = running.get(requestId);
    if (message.kind !== "chunk") running.delete(requestId);
    invocation?.receive(message);
  };

  worker.on("message", (message: FromThread) => {
    if (message.kind === "ready") ready.resolve(undefined);
    else if (message.kind === "initFailed") ready.resolve(message.error);
    else receive(message.requestId, message.message);
  });
  worker.on("error", (thrown) => {
    uncaught = lambdaErrorOf(thrown);
  });
  worker.on("exit", (code) => {
    alive = false;
    const error = uncaught ?? {
      errorType: "Runtime.ExitError",
      errorMessage: `Runtime exited with exit status ${code}`,
    };
    ready.resolve(error);
    const failed = [...running.values()];
    running.clear();
    for (const invocation of failed) invocation.fail(error);
    exited.resolve();
  });

  return {
    ready: ready.promise,
    exited: exited.promise,
    alive: () => alive,
    running: () => running.size,
    invoke(event) {
      const awsRequestId = randomUUID();
      const invocation = startInvocation(() => send({ kind: "chunkTaken", requestId: awsRequestId }));
      running.set(awsRequestId, invocation);
      const timeoutMs = options.timeoutSeconds * 1000;
      const timer = setTimeout(() => {
        // The handler cannot be stopped alone. The thread gets no further events, and ends with its other invocations.
        alive = false;
        running.delete(awsRequestId);
        invocation.fail(timedOut(awsRequestId, options.timeoutSeconds));
      }, timeoutMs);
      invocation.finished.then(() => {
        clearTimeout(timer);
        if (!alive && running.size === 0) stop();
      });
      send({
        kind: "invoke",
        event,
        context: {
          awsRequestId,
          functionName: options.name,
          invokedFunctionArn: options.arn,
          memoryLimitInMB: String(options.memoryMb),
          deadline: Date.now() + timeoutMs,
        },
      });
      return invocation;
    },
    stop,
  };
};

const timedOut = (awsRequestId: string, seconds: number): LambdaError => ({
  errorType: "Sandbox.Timedout",
  errorMessage: `RequestId: ${awsRequestId} Error: Task timed out after ${seconds.toFixed(2)} seconds`,
});
