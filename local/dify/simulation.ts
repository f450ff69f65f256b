import { invalidParam, type ReceivedRequest, Refusal, type Reply } from "./http.ts";
import type { Step } from "./profile.ts";
import { type Run, type RunPorts, startRun, type Turn } from "./run.ts";
import { type App, makeApps, makeMessages } from "./store.ts";
import { makeUploads } from "./uploads.ts";

export interface SimulationOptions extends Omit<RunPorts, "takeWorker"> {
  /** Maximum number of concurrent chatflows and workflows from 1.13 on; others are queued. */
  readonly workers: number;
}

const makeWorkers = (count: number): RunPorts["takeWorker"] => {
  const queue: (() => void)[] = [];
  let free = count;
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    return () => {
      const next = queue.shift();
      if (next) next();
      else free += 1;
    };
  };
};

/** The in-memory state of a simulator. */
export const makeSimulation = ({ workers, ...options }: SimulationOptions) => {
  const takeWorker = makeWorkers(workers);
  const runs: Run[] = [];
  return {
    ...options,
    ...makeApps(),
    messages: makeMessages(),
    uploads: makeUploads(),
    start: (turn: Turn, steps: readonly Step[]): Run => {
      const run = startRun(turn, steps, { ...options, takeWorker });
      runs.push(run);
      return run;
    },
    runsOf: (app: App): readonly Run[] => runs.filter(({ turn }) => turn.app.key === app.key),
    findRun: (app: App, matches: (turn: Turn) => boolean): Run | undefined =>
      runs.find(({ turn }) => turn.app.key === app.key && matches(turn)),
  };
};

export type Simulation = ReturnType<typeof makeSimulation>;

/** A request and its context. */
export interface Exchange {
  readonly simulation: Simulation;
  readonly request: ReceivedRequest;
  /** The app of the request's key. */
  readonly app: App;
  /** The `:id` of the path. */
  readonly id: string;
}

export type Route = readonly [
  method: string,
  path: string,
  handle: (exchange: Exchange) => Reply | Promise<Reply>,
];

/** Dify answers 500 for more than 255 characters. */
export const requireUser = (user: unknown): string => {
  if (typeof user !== "string" || user === "") throw invalidParam("Arg user must be provided.");
  if (user.length > 255) throw new Refusal(500, "unknown", "Internal Server Error");
  return user;
};
