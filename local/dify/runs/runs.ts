import { runsGraph } from "../apps/apps.ts";
import { type Run, startRun } from "./run.ts";
import type { Outcome, Stop } from "./steps.ts";
import type { Turn } from "./turn.ts";

export interface Runs {
  readonly start: (turn: Turn, onOutcome: (outcome: Outcome) => void) => Run;
  readonly byRunId: (appKey: string, runId: string) => Run | undefined;
  readonly byFormToken: (appKey: string, token: string) => Run | undefined;
  readonly stopTask: (appKey: string, user: string, taskId: string) => void;
}

/** A5: who may stop what: a chatflow of some versions obeys anybody. */
const stopEffect = ({ app, behaviour, user }: Turn, requester: string): Stop | undefined => {
  if (behaviour.kind === "stop_disobeyed") return undefined;
  if (user === requester) return "stopped";
  return runsGraph(app.profile.mode) && app.traits.foreignStopAborts ? "aborted" : undefined;
};

const runsKept = 1_000;

export const makeRuns = (idleMs: number, closing: AbortSignal): Runs => {
  const runs = new Map<string, Run>();
  const find = (appKey: string, matches: (run: Run) => boolean): Run | undefined =>
    [...runs.values()].find((run) => run.turn.app.key === appKey && matches(run));
  return {
    start: (turn, onOutcome) => {
      const run = startRun(turn, { idleMs, closing, onOutcome });
      runs.set(turn.taskId, run);
      const [oldest] = runs.keys();
      if (runs.size > runsKept && oldest !== undefined) runs.delete(oldest);
      return run;
    },
    byRunId: (appKey, runId) => find(appKey, ({ turn }) => turn.runId === runId),
    byFormToken: (appKey, token) => find(appKey, (run) => run.waitingForm()?.token === token),
    stopTask: (appKey, user, taskId) => {
      const run = runs.get(taskId);
      const effect = run === undefined ? undefined : stopEffect(run.turn, user);
      if (run?.turn.app.key === appKey && effect !== undefined) run.stop(effect);
    },
  };
};
