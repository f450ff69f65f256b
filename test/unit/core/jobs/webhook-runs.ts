import type { Bot, BotStore } from "#core/bot/bot.ts";
import type { WebhookCall, WebhookOutcome } from "#core/jobs/call-webhook.ts";
import { jobIdOf, type WebhookJob } from "#core/jobs/job.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import { makeRunWebhookJob } from "#core/jobs/run-webhook-job.ts";
import { makeFreeSlots } from "../../../support/free-slots.ts";
import { makeMemoryDeadLetters, webhookJob } from "../../../support/jobs.ts";
import { makeMemoryJobs } from "../../../support/memory-jobs.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { pseudonymOf } from "../../../support/pseudonyms.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, webhookIntegration } from "../../../support/turns.ts";

export const accepted: WebhookOutcome = { status: "accepted" };
export const refused: WebhookOutcome = { status: "refused", reason: "HTTP 404" };
export const down = (retryAfterMs?: number): WebhookOutcome => ({
  status: "failed",
  reason: "HTTP 503",
  retryAfterMs,
});

export const webhookBot = bot({ integrations: [webhookIntegration()] });

/** After this time the queue delivers a job again whose visibility timeout was not extended. */
export const visibilityMs = 45_000;

interface Given {
  /** The app's server's answers, one per call, repeating the last. */
  readonly answers?: readonly WebhookOutcome[];
  readonly answerMs?: number;
  readonly found?: readonly Bot[];
  readonly random?: number;
  readonly job?: Partial<WebhookJob>;
}

/**
 * A job, the worker that runs it, and a queue that delivers it again when its visibility timeout has expired.
 */
export const setUpWebhookRuns = ({
  answers = [accepted],
  answerMs = 0,
  found = [webhookBot],
  random = 0,
  job: given = {},
}: Given = {}) => {
  const clock = makeTestClock();
  const start = clock.now();
  const job = webhookJob({ acceptedAt: start, ...given });
  const id = jobIdOf(job);
  const jobs = makeMemoryJobs(clock);
  const bots: Pick<BotStore, "find"> = { find: async () => [...found] };
  const deadLetters = makeMemoryDeadLetters();
  const log = makeMemoryLog();
  const metrics = makeMemoryMetrics();
  const calls: (WebhookCall & { readonly atMs: number })[] = [];
  const server = {
    call: async (): Promise<WebhookOutcome> => {
      await clock.advance(answerMs);
      return answers[Math.min(calls.length, answers.length) - 1] ?? accepted;
    },
  };
  const timeouts: number[] = [];
  let receives = 0;
  const queue = { hideFor: async (ms: number): Promise<void> => void timeouts.push(ms) };
  const slots = makeFreeSlots();
  let tokens = 0;

  const runWebhookJob = makeRunWebhookJob({
    bots: { find: (...asked) => bots.find(...asked) },
    jobs,
    callWebhook: (call) => {
      calls.push({ ...call, atMs: clock.now() - start });
      return server.call();
    },
    acquireSlots: slots.acquire,
    deadLetters,
    report: makeReportJob({ pseudonymOf, log, metrics, clock }),
    clock,
    log,
    newToken: () => {
      tokens += 1;
      return `t${tokens}`;
    },
    webhookIdOf: ({ msgUID, eventType, botUserId }) => `msg ${eventType} ${msgUID} ${botUserId}`,
    random: () => random,
  });

  const run = () => {
    receives += 1;
    return runWebhookJob(job, {
      receiveCount: receives,
      firstReceivedAt: start,
      hideFor: (ms) => queue.hideFor(ms),
    });
  };

  /** Runs the job until it is done, and returns the visibility timeouts in between. */
  const runOut = async (): Promise<number[]> => {
    const pauses: number[] = [];
    for (;;) {
      const before = timeouts.length;
      if ((await run()) === "done") return pauses;
      const pauseMs = timeouts.slice(before).at(-1) ?? visibilityMs;
      pauses.push(pauseMs);
      await clock.advance(pauseMs);
    }
  };

  return {
    run,
    runOut,
    job,
    id,
    clock,
    start,
    jobs,
    bots,
    server,
    queue,
    slots,
    calls,
    timeouts,
    deadLetters,
    log,
    metrics,
    record: () => jobs.recordOf(id),
    events: () => log.lines.map(({ event }) => event),
  };
};
