import type { Writable } from "node:stream";
import type { Invoke, Outcome } from "./outcome.ts";
import type { LambdaError } from "./protocol.ts";
import { startThread, type Thread, type ThreadOptions } from "./thread-handle.ts";

export const maxThreads = 10;

export interface PoolOptions extends ThreadOptions {
  /** Number of threads from the first event on. At least two, to expose code that relies on shared memory. */
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Pool {
  /** Resolves once a thread can serve; rejects if the handler cannot be loaded. */
  readonly started: Promise<void>;
  readonly invoke: Invoke;
  /** Terminates all busy threads mid-event, as a crash does. Returns their number. */
  crash(): number;
  stop(): Promise<void>;
}

type Waiter = (got: Thread | LambdaError) => void;

/** Starts the execution environments of one function. */
export const startPool = ({ minimum = 2, maximum = maxThreads, ...options }: PoolOptions): Pool => {
  const threads = new Set<Thread>();
  const idle: Thread[] = [];
  const busy = new Set<Thread>();
  const waiters: Waiter[] = [];
  let starting = 0;
  let hasServed = false;
  let stopped = false;

  /** A new thread gets the next event. After that, events alternate between the threads. */
  const release = (thread: Thread, place: "first" | "last") => {
    const waiter = waiters.shift();
    if (waiter) waiter(thread);
    else if (place === "first") idle.unshift(thread);
    else idle.push(thread);
  };

  const startMissing = () => {
    // A function that is never called needs no second thread: each takes 0.2 s of CPU time.
    const wanted = hasServed ? minimum : 1;
    while (!stopped && (threads.size < wanted || (waiters.length > starting && threads.size < maximum)))
      start();
  };

  const start = (): Promise<LambdaError | undefined> => {
    const thread = startThread(options);
    threads.add(thread);
    starting++;
    thread.ready.then((failure) => {
      starting--;
      if (!failure) return release(thread, "first");
      // Like Lambda, this starts the function again only for the next event.
      threads.delete(thread);
      thread.stop();
      if (!stopped) report(options.log, options.name, failure);
      waiters.shift()?.(failure);
    });
    thread.exited.then(() => {
      if (!threads.delete(thread)) return;
      if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
      startMissing();
    });
    return thread.ready;
  };

  const acquire = (): Promise<Thread | LambdaError> => {
    const thread = idle.shift();
    if (thread) return Promise.resolve(thread);
    return new Promise((resolve) => {
      waiters.push(resolve);
    });
  };

  const invoke = async (event: unknown): Promise<Outcome> => {
    if (stopped) return { kind: "error", error: shutDown };
    const acquired = acquire();
    hasServed = true;
    startMissing();
    const thread = await acquired;
    if (!("invoke" in thread)) return { kind: "error", error: thread };
    busy.add(thread);
    const { outcome, finished } = thread.invoke(JSON.stringify(event));
    finished.then((error) => {
      busy.delete(thread);
      if (error && !stopped) report(options.log, options.name, error);
      if (thread.alive()) release(thread, "last");
    });
    return outcome;
  };

  const started = start().then((failure) => {
    // Being stopped while starting is not a failure.
    if (failure && !stopped) throw new Error(`${options.name} failed to start: ${failure.errorMessage}`);
  });

  return {
    started,
    invoke,
    crash() {
      const crashed = [...busy];
      for (const thread of crashed) thread.stop();
      return crashed.length;
    },
    async stop() {
      stopped = true;
      for (const waiter of waiters.splice(0)) waiter(shutDown);
      await Promise.all([...threads].map((thread) => thread.stop()));
    },
  };
};

const shutDown: LambdaError = { errorType: "Runtime.ShutDown", errorMessage: "The server is shutting down" };

const report = (log: Writable, functionName: string, error: LambdaError): void => {
  log.write(`${JSON.stringify({ level: "ERROR", function: functionName, ...error })}\n`);
};
