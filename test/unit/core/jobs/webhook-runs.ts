import type { Bot, BotStore } from "#core/bot/bot.ts";
import type { WebhookCall, WebhookOutcome } from "#core/jobs/call-webhook.ts";
import { jobIdOf, type WebhookJob } from "#core/jobs/job.ts";
import { makeReportJob } from "#core/jobs/job-report.ts";
import { makeRunWebhookJob } from "#core/jobs/run-webhook-job.ts";
import { makeMemoryDeadLetters, webhookJob } from "../../../support/jobs.ts";
import { makeMemoryJobs } from "../../../support/memory-jobs.ts";
import { makeMemoryLog } from "../../../support/memory-log.ts";
import { makeMemoryMetrics } from "../../../support/memory-metrics.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, webhookIntegration } from "../../../support/turns.ts";

export const taken: WebhookOutcome = { status: "accepted" };
export const refused: WebhookOutcome = { status: "refused", reason: "HTTP 404" };
export const down = (retryAfterMs?: number): WebhookOutcome => ({
  status: "failed",
  reason: "HTTP 503",
  retryAfterMs,
});

export const webhookBot = bot({ integrations: [webhookIntegration()] });

/** After this the queue hands a job out again that nobody has held on to. */
export const visibilityMs = 45_000;

interface Given {
  /** What the app's server answers, one a call, and the last for ever after. */
  readonly answers?: readonly WebhookOutcome[];
  readonly answerMs?: number;
  readonly found?: readonly Bot[];
  readonly random?: number;
  readonly job?: Partial<WebhookJob>;
}

/** A job, the worker that runs it, and a queue that hands it out again when its hold is over. */
export const setUpWebhookRuns = ({
  answers = [taken],
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
      return answers[Math.min(calls.length, answers.length) - 1] ?? taken;
    },
  };
  const holds: number[] = [];
  let receives = 0;
  const queue = { hideFor: async (ms: number): Promise<void> => void holds.push(ms) };
  let tokens = 0;

  const runWebhookJob = makeRunWebhookJob({
    bots: { find: (...asked) => bots.find(...asked) },
    jobs,
    callWebhook: (call) => {
      calls.push({ ...call, atMs: clock.now() - start });
      return server.call();
    },
    deadLetters,
    report: makeReportJob({ log, metrics, clock }),
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
    return runWebhookJob(job, { receiveCount: receives, hideFor: (ms) => queue.hideFor(ms) });
  };

  /** Has the job run until it is done, and gives for how long it was held between. */
  const runOut = async (): Promise<number[]> => {
    const pauses: number[] = [];
    for (;;) {
      const before = holds.length;
      if ((await run()) === "done") return pauses;
      const pauseMs = holds.slice(before).at(-1) ?? visibilityMs;
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
    calls,
    holds,
    deadLetters,
    log,
    metrics,
    record: () => jobs.recordOf(id),
    events: () => log.lines.map(({ event }) => event),
  };
};
