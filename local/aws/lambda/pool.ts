import type { Writable } from "node:stream";
import type { Invoke, Outcome } from "./outcome.ts";
import type { LambdaError } from "./protocol.ts";
import { startThread, type Thread, type ThreadOptions } from "./thread-handle.ts";

export interface PoolOptions extends ThreadOptions {
  /** Number of threads from the first event on. */
  readonly minimum: number;
  readonly maximum: number;
  /** Number of invocations that a thread runs at the same time. */
  readonly perThread: number;
  /** How long a thread without invocations is kept, in milliseconds. */
  readonly idleMs?: number;
}

export interface Pool {
  /** Starts a thread if there is none. Rejects if the handler cannot be loaded. */
  warm(): Promise<void>;
  readonly invoke: Invoke;
  /** Terminates all busy threads mid-event, as a crash does. Returns their number. */
  crash(): number;
  stop(): Promise<void>;
}

type Waiter = (got: Thread | LambdaError) => void;

const defaultIdleMs = 120_000;

/** Starts the execution environments of one function, when they are needed. */
export const startPool = (options: PoolOptions): Pool => {
  const { minimum, maximum, perThread, idleMs = defaultIdleMs } = options;
  const threads = new Set<Thread>();
  /** Threads that can serve; the first one with room gets the next event. */
  const ready: Thread[] = [];
  const waiters: Waiter[] = [];
  const idleTimers = new Map<Thread, NodeJS.Timeout>();
  let starting = 0;
  let stopped = false;

  const forget = (thread: Thread) => {
    clearTimeout(idleTimers.get(thread));
    idleTimers.delete(thread);
    threads.delete(thread);
    if (ready.includes(thread)) ready.splice(ready.indexOf(thread), 1);
  };

  const startMissing = (wanted: number) => {
    // One that is ending no longer counts.
    let count = [...threads].filter((thread) => thread.alive()).length;
    for (
      ;
      !stopped && (count < wanted || (waiters.length > starting * perThread && count < maximum));
      count += 1
    )
      start();
  };

  const start = (): Promise<LambdaError | undefined> => {
    const thread = startThread(options);
    threads.add(thread);
    starting++;
    thread.ready.then((failure) => {
      starting--;
      if (!failure) {
        // A new thread gets the next event. After that, events alternate between the threads.
        ready.unshift(thread);
        endWhenIdle(thread);
        return serveWaiters();
      }
      // Like Lambda, this starts the function again only for the next event.
      forget(thread);
      thread.stop();
      if (!stopped) report(options.log, options.name, failure);
      for (const waiter of waiters.splice(0, perThread)) waiter(failure);
    });
    thread.exited.then(() => {
      forget(thread);
      startMissing(0);
    });
    return thread.ready;
  };

  const endWhenIdle = (thread: Thread) => {
    clearTimeout(idleTimers.get(thread));
    const end = () => thread.running() > 0 || thread.stop();
    idleTimers.set(thread, setTimeout(end, idleMs).unref());
  };

  /** The next thread with room, which then is the last in turn. */
  const nextThread = (): Thread | undefined => {
    const thread = ready.find((each) => each.alive() && each.running() < perThread);
    if (!thread) return undefined;
    ready.splice(ready.indexOf(thread), 1);
    ready.push(thread);
    return thread;
  };

  const serveWaiters = () => {
    while (waiters.length > 0) {
      const thread = nextThread();
      if (!thread) return;
      waiters.shift()?.(thread);
    }
  };

  const run = (thread: Thread, event: string): Promise<Outcome> => {
    const { outcome, finished } = thread.invoke(event);
    finished.then((error) => {
      if (error && !stopped) report(options.log, options.name, error);
      if (thread.running() === 0) endWhenIdle(thread);
      serveWaiters();
      startMissing(0);
    });
    return outcome;
  };

  const invoke = (event: unknown): Promise<Outcome> => {
    if (stopped) return Promise.resolve({ kind: "error", error: shutDown });
    const serialised = JSON.stringify(event);
    const thread = nextThread();
    if (thread) {
      const outcome = run(thread, serialised);
      startMissing(minimum);
      return outcome;
    }
    return new Promise((resolve) => {
      waiters.push((got) => resolve("invoke" in got ? run(got, serialised) : { kind: "error", error: got }));
      startMissing(minimum);
    });
  };

  return {
    async warm() {
      if (threads.size > 0) return;
      const failure = await start();
      // Being stopped while starting is not a failure.
      if (failure && !stopped) throw new Error(`${options.name} failed to start: ${failure.errorMessage}`);
    },
    invoke,
    crash() {
      const crashed = [...threads].filter((thread) => thread.running() > 0);
      for (const thread of crashed) thread.stop();
      return crashed.length;
    },
    async stop() {
      stopped = true;
      for (const waiter of waiters.splice(0)) waiter(shutDown);
      for (const timer of idleTimers.values()) clearTimeout(timer);
      await Promise.all([...threads].map((thread) => thread.stop()));
    },
  };
};

const shutDown: LambdaError = { errorType: "Runtime.ShutDown", errorMessage: "The server is shutting down" };

const report = (log: Writable, functionName: string, error: LambdaError): void => {
  log.write(`${JSON.stringify({ level: "ERROR", function: functionName, ...error })}\n`);
};
