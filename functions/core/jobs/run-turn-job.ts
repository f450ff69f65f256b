import { leaseMs } from "#core/shared/lease.ts";
import type { AcquiredSlots, SlotLimitKind } from "#core/shared/slots.ts";
import { endingMs } from "#core/turn/turn-time.ts";
import { type AnswerTurnJobPorts, makeAnswerTurnJob } from "./answer-turn-job.ts";
import { withTaken } from "./inbox.ts";
import { jobIdOf, type TurnJob } from "./job.ts";
import { type JobResult, type JobVisibility, logWarning, makeJobLeases } from "./job-lease.ts";
import { idsOf } from "./job-report.ts";
import { type AcquireJobSlots, slotPauseMs } from "./job-slots.ts";
import type { JobStore } from "./job-store.ts";
import { beginningOf } from "./job-story.ts";
import type { LeasedTurn, ReadTurnJob, WorkerTime } from "./turn-run.ts";

export interface RunTurnJobPorts extends AnswerTurnJobPorts {
  readonly readTurnJob: ReadTurnJob;
  readonly jobs: JobStore;
  readonly acquireSlots: AcquireJobSlots;
  /** Returns a number from 0 to 1. */
  readonly random: () => number;
}

/** Never rejects. "done" also if the delivery is not the latest. `endsAt`: when the worker's invocation times out, in milliseconds since the epoch. */
export type RunTurnJob = (job: TurnJob, visibility: JobVisibility, endsAt: number) => Promise<JobResult>;

const firstPauseMs = 5_000;
const maxPauseMs = 5 * 60_000;
/**
 * About twenty minutes in all. Only the bridge's own failures are retried; a model's failure ends with a message to the
 * user.
 */
const maxTries = 10;

/** Exponential backoff. */
const pauseAfter = (tries: number): number => Math.min(firstPauseMs * 2 ** (tries - 1), maxPauseMs);

/** A busy conversation may become free at any moment; a turn may take 14 minutes. */
const busyPauseMs = 15_000;
/** How long a job waits for its conversation or its slots. */
const maxWaitMs = 20 * 60_000;
/** A paused answer is checked after a quarter of the time that it has waited, within these limits, in milliseconds. */
const minCheckPauseMs = 5_000;
const maxCheckPauseMs = 5 * 60_000;
/** The same for one that goes on: a run whose worker died goes on forever. */
const maxRunningPauseMs = 30_000;
/** Half of what the alarm for jobs that wait allows (lib/observability/queue-alarms.ts). Then the job is sent again. */
const maxCheckAgeMs = 10 * 60_000;

/** Added to the expiry of another worker's lease, since clocks differ. */
const leasePauseMs = 500;

/** Time reserved at the end of the invocation, in milliseconds: no calls to the IM start in it. */
const lastCallMs = 15_000;

/** A command takes no turn of the model's server. */
const noSlots: Promise<AcquiredSlots> = Promise.resolve({
  refusedBy: undefined,
  wasOpen: false,
  inUse: () => 0,
  release: async () => {},
  undo: async () => {},
});

/** A job that a worker has claimed, and its time. */
interface ClaimedRun {
  readonly leased: LeasedTurn;
  readonly visibility: JobVisibility;
  readonly time: WorkerTime;
}

/** `pauseMs`: how long the job stays hidden before it is delivered again. */
type Result = { readonly status: "done" } | { readonly status: "retry"; readonly pauseMs: number };

const done: Result = { status: "done" };
const retryIn = (pauseMs: number): Result => ({ status: "retry", pauseMs });

/** Runs a job from the queue, exactly once however often it is delivered. */
export const makeRunTurnJob = (given: RunTurnJobPorts): RunTurnJob => {
  const { readTurnJob, acquireSlots, random, ...ports } = given;
  const { jobs, deadLetters, report, sendCheck, newToken, clock, log } = ports;
  const { answer, sendFailure } = makeAnswerTurnJob(ports);
  const { keep, complete, release, postpone } = makeJobLeases({ jobs, clock, log });
  const newLease = (token: string) => ({ token, expiresAt: clock.now() + leaseMs });

  /** Keeps the lease meanwhile: if the IM is slow to accept the message, another worker would send it too. */
  const giveUp = async ({ leased, visibility, time }: ClaimedRun, reason: string): Promise<Result> => {
    const { job, tries } = leased;
    const lease = newLease(leased.lease.token);
    if (!(await jobs.renew(jobIdOf(job), lease))) return retryIn(pauseAfter(tries));
    await keep({ ...leased, lease }, visibility, async (activeLease) => {
      // Before the user is notified: if this fails, the job is retried, and the user would be notified each time.
      // Read again: this worker may have taken messages since.
      const letter = job.merges ? withTaken(job, (await readTurnJob(job)).inbox) : job;
      await deadLetters.add(letter, { reason, tries });
      // The user has an answer; only its rest is missing.
      const userNotified = job.check === undefined && (await sendFailure(leased, activeLease, time));
      report("given_up", job, { reason, tries, userNotified });
    });
    await complete(leased, "given_up", { outcome: "given_up", detail: reason });
    return done;
  };

  /** Waiting for other turns does not count as a try. `reason`: for the dead letter if the wait is too long. */
  const wait = async (claimed: ClaimedRun, pauseMs: number, reason: string): Promise<Result> => {
    // Before its first delivery the job waited for earlier ones of its conversation.
    if (clock.now() - claimed.visibility.firstReceivedAt > maxWaitMs)
      return giveUp(claimed, `${reason} for ${maxWaitMs / 60_000} minutes`);
    await postpone(claimed.leased);
    return retryIn(pauseMs);
  };

  const waitForConversation = (claimed: ClaimedRun): Promise<Result> => {
    const { job, tries } = claimed.leased;
    report("tried", job, { tries, reason: "another turn is in progress in the conversation" });
    const pauseMs = Math.min(pauseAfter(claimed.visibility.receiveCount), busyPauseMs);
    return wait(claimed, pauseMs, "the conversation was busy");
  };

  /** Waiting for human input does not count as a try, and ends a series of failed ones. */
  const checkLater = async (leased: LeasedTurn, isRunning: boolean): Promise<Result> => {
    const { job } = leased;
    const { check } = job;
    const now = clock.now();
    if (!check || now >= check.until) {
      await complete(leased, "expired", { outcome: "expired" });
      return done;
    }
    await postpone(leased, { forgetsTries: true });
    const maxMs = isRunning ? maxRunningPauseMs : maxCheckPauseMs;
    const pauseMs = Math.min(Math.max((now - check.since) / 4, minCheckPauseMs), maxMs);
    if (now + pauseMs - check.sentAt <= maxCheckAgeMs) return retryIn(pauseMs);
    await sendCheck({
      ...job,
      check: { ...check, round: check.round + 1, sentAt: now, nextAt: now + pauseMs },
    });
    return done;
  };

  const waitForSlots = (claimed: ClaimedRun, limit: SlotLimitKind): Promise<Result> => {
    const { leased, visibility } = claimed;
    log.info("job_postponed", { ...idsOf(leased.job), limit });
    if (leased.job.check) return checkLater(leased, true);
    const pauseMs = slotPauseMs(clock.now() - visibility.firstReceivedAt, random);
    return wait(claimed, pauseMs, `the ${limit}'s turns were all in use`);
  };

  /** Nobody waits for an answer that was stopped, so nobody is told if there is none. */
  const isStopped = async ({ state }: LeasedTurn): Promise<boolean> =>
    (await state.catch(() => undefined))?.stop !== undefined;

  const answerClaimed = async (claimed: ClaimedRun): Promise<Result> => {
    const { leased, visibility, time } = claimed;
    const { job, tries } = leased;
    if (tries > maxTries && !(await isStopped(leased))) {
      return giveUp(claimed, `the worker crashed or timed out ${maxTries} times`);
    }
    try {
      const answered = await keep(leased, visibility, (activeLease) => answer(leased, activeLease, time));
      switch (answered.status) {
        case "busy":
          return job.check ? await checkLater(leased, true) : await waitForConversation(claimed);
        case "collecting":
          await postpone(leased);
          return retryIn(answered.pauseMs);
        case "waiting":
          return await checkLater(leased, answered.isRunning);
        case "abandoned":
          // If only the conversation's lease was lost, the job's lease would still keep other workers out.
          await release(leased);
          return retryIn(pauseAfter(tries));
        case "ended":
          await complete(leased, answered.outcome, answered.ending);
          return done;
      }
    } catch (error) {
      report("tried", job, { tries, reason: String(error) });
      if (tries === maxTries) return giveUp(claimed, String(error));
      throw error;
    }
  };

  const run = async (job: TurnJob, visibility: JobVisibility, endsAt: number): Promise<Result> => {
    const earlyMs = job.check ? job.check.nextAt - clock.now() : 0;
    if (earlyMs > 0) return retryIn(earlyMs);
    const time = { deadline: endsAt - endingMs, deliverBy: endsAt - lastCallMs };
    const lease = newLease(newToken());
    // At the same time, since the user waits for all of them.
    const state = readTurnJob(job);
    const acquiring = job.command ? noSlots : acquireSlots(job, endsAt);
    // Handled where it is used; until then a failure must not count as an unhandled rejection.
    state.catch(() => {});
    let isClaimed = false;
    try {
      const claim = await jobs.claim(jobIdOf(job), lease, beginningOf(job));
      if ((await visibility.isLatest) === false) {
        if (claim.status === "claimed") await postpone({ job, lease, tries: claim.tries });
        return done;
      }
      if (claim.status === "done") {
        report("repeated", job);
        return done;
      }
      const { tries } = claim;
      if (claim.status === "busy") {
        // A dead worker's lease may expire slightly after the visibility timeout that led to this delivery.
        return retryIn(
          Math.min(Math.max(0, claim.heldUntil - clock.now()) + leasePauseMs, pauseAfter(tries)),
        );
      }
      isClaimed = true;
      const wasPostponed = visibility.receiveCount > tries;
      const { open, reference } = claim;
      const { refusedBy, inUse: answersInProgress } = await acquiring;
      const leased = { job, lease, tries, state, open, reference, wasPostponed, answersInProgress };
      const claimed: ClaimedRun = { leased, visibility, time };
      const waits = refusedBy !== undefined && !(await isStopped(leased));
      const running = waits ? waitForSlots(claimed, refusedBy) : answerClaimed(claimed);
      return await running.catch(async (error: unknown) => {
        log.error("job_failed", { ...idsOf(job), tries, reason: String(error) });
        await release(leased);
        return retryIn(pauseAfter(tries));
      });
    } finally {
      const slots = await acquiring;
      await (isClaimed ? slots.release() : slots.undo());
    }
  };

  return async (job, visibility, endsAt) => {
    const result = await run(job, visibility, endsAt).catch((error: unknown): Result => {
      const tries = visibility.receiveCount;
      log.error("job_failed", { ...idsOf(job), tries, reason: String(error) });
      return retryIn(pauseAfter(tries));
    });
    if (result.status === "retry") {
      await visibility.hideFor(result.pauseMs).catch(logWarning(log, "job_not_hidden", job));
    }
    return result.status;
  };
};
