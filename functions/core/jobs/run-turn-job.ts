import type { BotStore } from "#core/bot/bot.ts";
import { leaseMs } from "#core/shared/lease.ts";
import { endingMs } from "#core/turn/turn-time.ts";
import {
  type AnswerTurnJobPorts,
  type HeldTurn,
  makeAnswerTurnJob,
  type WorkerTime,
} from "./answer-turn-job.ts";
import { makeHeldJobs, warnOf } from "./held-job.ts";
import { jobIdOf, type TurnJob } from "./job.ts";
import type { JobFate, JobHold } from "./job-hold.ts";
import { idsOf } from "./job-report.ts";
import type { JobStore } from "./job-store.ts";
import { makeKeepTurn } from "./keep-turn.ts";

export interface RunTurnJobPorts extends AnswerTurnJobPorts {
  readonly bots: Pick<BotStore, "open">;
  readonly turns: JobStore;
  readonly newToken: () => string;
}

/** Never rejects. `endsAt`: when the worker ends, whatever it does, in milliseconds since the epoch. */
export type RunTurnJob = (job: TurnJob, hold: JobHold, endsAt: number) => Promise<JobFate>;

const firstPauseMs = 5_000;
const longestPauseMs = 5 * 60_000;
/** Twenty minutes in all. Only failures of our own come back: Dify's are answered with a sentence. */
const mostTries = 10;

/** Twice as long each time. */
const pauseAfter = (tries: number): number => Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs);

/** A conversation that is busy comes free at any moment, and a turn may take 14 minutes. */
const busyPauseMs = 15_000;
const busyPatienceMs = 20 * 60_000;
/** Behind the end of another's lease: clocks differ. */
const leasePauseMs = 500;

/** Of a worker's time, what no call to the IM may begin in. */
const lastCallMs = 15_000;

/** What becomes of a job. `pauseMs`: for how long it is left alone before it comes again. */
type Fate = { readonly fate: "done" } | { readonly fate: "again"; readonly pauseMs: number };

const done: Fate = { fate: "done" };
const againIn = (pauseMs: number): Fate => ({ fate: "again", pauseMs });

/** Runs a job from the queue, once however often it is delivered. */
export const makeRunTurnJob = ({ bots, newToken, ...ports }: RunTurnJobPorts): RunTurnJob => {
  const { turns, deadLetters, report, clock, log } = ports;
  const keepTurn = makeKeepTurn({ turns, clock, log });
  const { answer, tellFailure } = makeAnswerTurnJob(ports);
  const { complete, release, postpone } = makeHeldJobs({ jobs: turns, clock, log });

  /** Held on to: where the IM is slow to take the sentence, another worker would tell it too. */
  const giveUp = async (held: HeldTurn, hold: JobHold, time: WorkerTime, reason: string): Promise<Fate> => {
    const { job, token, tries } = held;
    const lease = { token, expiresAt: clock.now() + leaseMs };
    if (!(await turns.renew(jobIdOf(job), lease))) return againIn(pauseAfter(tries));
    await keepTurn(jobIdOf(job), lease, hold, async (keeping) => {
      // Before the user is told: a burial that fails brings the job back, and they would be told each time.
      await deadLetters.bury(job, { reason, tries });
      report("given_up", job, { reason, tries, told: await tellFailure(held, keeping, time) });
    });
    await complete(held, "given_up");
    return done;
  };

  /** Waiting for another turn is no try. */
  const waitForConversation = async (held: HeldTurn, hold: JobHold, time: WorkerTime): Promise<Fate> => {
    const { job, tries } = held;
    const waitedMs = clock.now() - (job.redrivenAt ?? job.acceptedAt);
    report("tried", job, { tries, reason: "another turn runs in its conversation" });
    if (waitedMs > busyPatienceMs) return giveUp(held, hold, time, "its conversation never came free");
    await postpone(held);
    return againIn(Math.min(pauseAfter(hold.tries), busyPauseMs));
  };

  const answerHeld = async (
    held: HeldTurn,
    hold: JobHold,
    time: WorkerTime,
    heldUntil: number,
  ): Promise<Fate> => {
    const { job, token, tries } = held;
    // Its workers have died, one after another, before any of them could say why.
    if (tries > mostTries) return giveUp(held, hold, time, "its workers never came to an end");
    try {
      const outcome = await keepTurn(jobIdOf(job), { token, expiresAt: heldUntil }, hold, (keeping) =>
        answer(held, keeping, time),
      );
      if (outcome === "busy") return await waitForConversation(held, hold, time);
      if (outcome === "abandoned") {
        // Of the conversation alone, it may be: then the job's own lease would keep everybody out.
        await release(held);
        return againIn(pauseAfter(tries));
      }
      await complete(held, outcome);
      return done;
    } catch (error) {
      report("tried", job, { tries, reason: String(error) });
      if (tries === mostTries) return giveUp(held, hold, time, String(error));
      throw error;
    }
  };

  const run = async (job: TurnJob, hold: JobHold, time: WorkerTime): Promise<Fate> => {
    const lease = { token: newToken(), expiresAt: clock.now() + leaseMs };
    const found = bots.open(job.appKey, job.botUserId);
    found.catch(() => {});
    const claim = await turns.claim(jobIdOf(job), lease);
    if (claim.status === "done") {
      report("repeated", job);
      return done;
    }
    const { tries } = claim;
    if (claim.status === "busy") {
      // A dead worker's lease may outlast by a moment the hold that brought the job here.
      return againIn(Math.min(Math.max(0, claim.heldUntil - clock.now()) + leasePauseMs, pauseAfter(tries)));
    }
    const held = { job, token: lease.token, tries, found, open: claim.open };
    return answerHeld(held, hold, time, lease.expiresAt).catch(async (error: unknown) => {
      log.error("job_failed", { ...idsOf(job), tries, reason: String(error) });
      await release(held);
      return againIn(pauseAfter(tries));
    });
  };

  return async (job, hold, endsAt) => {
    const time = { deadline: endsAt - endingMs, deliverBy: endsAt - lastCallMs };
    const end = await run(job, hold, time).catch((error: unknown): Fate => {
      log.error("job_failed", { ...idsOf(job), tries: hold.tries, reason: String(error) });
      return againIn(pauseAfter(hold.tries));
    });
    if (end.fate === "again") await hold.holdFor(end.pauseMs).catch(warnOf(log, "job_not_held", job));
    return end.fate;
  };
};
