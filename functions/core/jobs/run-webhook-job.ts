import type { BotStore } from "#core/bot/bot.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { SlotLimitKind } from "#core/shared/slots.ts";
import type { CallWebhook, WebhookCall, WebhookOutcome } from "./call-webhook.ts";
import { type DeadLetters, type JobId, jobIdOf, type WebhookJob } from "./job.ts";
import {
  type JobResult,
  type JobVisibility,
  type LeasedJob,
  logWarning,
  makeJobLeases,
} from "./job-lease.ts";
import { idsOf, type ReportJob } from "./job-report.ts";
import { type AcquireJobSlots, slotPauseMs } from "./job-slots.ts";
import type { JobStore } from "./job-store.ts";
import { beginningOf, type JobEnding } from "./job-story.ts";

export interface RunWebhookJobPorts {
  readonly bots: Pick<BotStore, "find">;
  readonly jobs: JobStore;
  readonly callWebhook: CallWebhook;
  /** Bounds the calls in progress: an endpoint that hangs must not occupy all workers. */
  readonly acquireSlots: AcquireJobSlots;
  readonly deadLetters: DeadLetters;
  readonly report: ReportJob;
  readonly clock: Clock;
  readonly log: Log;
  readonly newToken: () => string;
  /** Returns the id that the receiver sees, the same for every attempt. */
  readonly webhookIdOf: (id: JobId) => string;
  /** Returns a number from 0 to 1. */
  readonly random: () => number;
}

/** Never rejects. */
export type RunWebhookJob = (job: WebhookJob, visibility: JobVisibility) => Promise<JobResult>;

/** In milliseconds: longer than the longest attempt. */
export const webhookLeaseMs = 15_000;
const busyPauseMs = 5_000;

/** The first three attempts happen within 10 s if the other side answers quickly (docs/spec/rongcloud.md, section 6). */
const pausesMs = [1_000, 3_000, 8_000, 20_000, 45_000];
const maxPauseMs = 90_000;
/** Pauses are up to 25 % longer at random, so that jobs that failed together are not retried together. */
const jitter = 0.25;

/**
 * How long a job is retried after the message was accepted. A job that starts later gets one attempt, so that the
 * backlog of a dead endpoint drains.
 */
const retryForMs = 15 * 60_000;

/**
 * Sends an event to the app's server, once however often the job is delivered; moves it to the dead letters if that
 * fails.
 */
export const makeRunWebhookJob = ({
  bots,
  jobs,
  callWebhook,
  acquireSlots,
  deadLetters,
  report,
  clock,
  log,
  newToken,
  webhookIdOf,
  random,
}: RunWebhookJobPorts): RunWebhookJob => {
  const pauseAfter = (tries: number): number => (pausesMs[tries - 1] ?? maxPauseMs) * (1 + jitter * random());

  const { complete, release, postpone } = makeJobLeases({ jobs, clock, log });

  const findCall = async ({ job }: LeasedJob<WebhookJob>): Promise<WebhookCall | undefined> => {
    const [bot] = await bots.find(job.appKey, [job.botUserId]);
    const integration = bot?.integrations.find((each) => each.type === "webhook");
    if (!bot || integration?.type !== "webhook" || !integration.enabled) return undefined;
    return { appKey: job.appKey, bot, integration, event: job.event, id: webhookIdOf(jobIdOf(job)) };
  };

  /** Undefined if the bot or its webhook was removed or disabled. */
  const call = async (leased: LeasedJob<WebhookJob>): Promise<WebhookOutcome | undefined> => {
    try {
      const webhookCall = await findCall(leased);
      return webhookCall && (await callWebhook(webhookCall));
    } catch (error) {
      log.error("job_failed", { ...idsOf(leased.job), tries: leased.tries, reason: String(error) });
      return { status: "failed", reason: String(error), retryAfterMs: undefined };
    }
  };

  const end = async (leased: LeasedJob<WebhookJob>, ending: JobEnding): Promise<JobResult> => {
    await complete(leased, ending.outcome, ending);
    return "done";
  };

  const giveUp = async (leased: LeasedJob<WebhookJob>, reason: string): Promise<JobResult> => {
    const { job, tries } = leased;
    await deadLetters.add(job, { reason, tries });
    report("given_up", job, { reason, tries });
    return end(leased, { outcome: "given_up", detail: reason });
  };

  const tryOnce = async (leased: LeasedJob<WebhookJob>, visibility: JobVisibility): Promise<JobResult> => {
    const { job, tries } = leased;
    const startedAt = clock.now();
    const outcome = await call(leased);
    const tookMs = clock.now() - startedAt;
    if (!outcome) {
      const reason = "the bot or its webhook was removed or disabled";
      report("dropped", job, { reason });
      return end(leased, { outcome: "dropped", detail: reason });
    }
    if (outcome.status === "accepted") {
      report("delivered", job, { tries, tookMs });
      return end(leased, { outcome: "delivered", askedAt: startedAt, deliveredAt: startedAt + tookMs });
    }
    report("tried", job, { tries, tookMs, reason: outcome.reason });
    if (outcome.status === "refused") return giveUp(leased, outcome.reason);

    const leftMs = (job.redrivenAt ?? job.acceptedAt) + retryForMs - clock.now();
    if (leftMs <= 0) return giveUp(leased, outcome.reason);
    // Even if the other side asks for a longer delay, a last attempt is made when the time is up.
    const pauseMs = Math.min(Math.max(pauseAfter(tries), outcome.retryAfterMs ?? 0), leftMs);
    await release(leased);
    await visibility.hideFor(pauseMs);
    return "retry";
  };

  /** Waiting for calls of the same bot or app does not count as a try. */
  const waitForSlot = async (
    leased: LeasedJob<WebhookJob>,
    visibility: JobVisibility,
    limit: SlotLimitKind,
  ): Promise<JobResult> => {
    const { job } = leased;
    const waitedMs = clock.now() - visibility.firstReceivedAt;
    if (waitedMs > retryForMs)
      return giveUp(
        leased,
        `the ${limit}'s webhook calls were all in use for ${retryForMs / 60_000} minutes`,
      );
    log.info("job_postponed", { ...idsOf(job), limit });
    await postpone(leased);
    await visibility.hideFor(slotPauseMs(waitedMs, random));
    return "retry";
  };

  const run = async (job: WebhookJob, visibility: JobVisibility): Promise<JobResult> => {
    const lease = { token: newToken(), expiresAt: clock.now() + webhookLeaseMs };
    const acquiring = acquireSlots(job, lease.expiresAt);
    let isClaimed = false;
    try {
      const claim = await jobs.claim(jobIdOf(job), lease, beginningOf(job));
      switch (claim.status) {
        case "done":
          report("repeated", job);
          return "done";
        case "busy":
          await visibility.hideFor(busyPauseMs);
          return "retry";
        case "claimed": {
          isClaimed = true;
          const leased = { job, lease, tries: claim.tries };
          const { refusedBy } = await acquiring;
          const running = refusedBy
            ? waitForSlot(leased, visibility, refusedBy)
            : tryOnce(leased, visibility);
          return await running.catch(async (error: unknown) => {
            await release(leased);
            throw error;
          });
        }
      }
    } finally {
      const slots = await acquiring;
      await (isClaimed ? slots.release() : slots.undo());
    }
  };

  return (job, visibility) =>
    run(job, visibility).catch(async (error: unknown): Promise<JobResult> => {
      log.error("job_failed", { ...idsOf(job), tries: visibility.receiveCount, reason: String(error) });
      await visibility
        .hideFor(pauseAfter(visibility.receiveCount))
        .catch(logWarning(log, "job_not_hidden", job));
      return "retry";
    });
};
