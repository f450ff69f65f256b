import type { TurnLimits } from "./answer.ts";
import type { AnswerSink } from "./answer-sink.ts";
import type { BotStore, OpenBot } from "./bot.ts";
import type { Clock } from "./clock.ts";
import type { ForwardTurn, TurnReport } from "./forward-turn.ts";
import { isDify } from "./integration.ts";
import type { JobHold } from "./job-hold.ts";
import { leaseMs, makeKeepTurn } from "./keep-turn.ts";
import type { Log, LogFields } from "./log.ts";
import { type Turn, type TurnJob, turnIdOf } from "./turn.ts";
import type { TurnStore } from "./turn-store.ts";

export interface RunTurnJobPorts {
  readonly bots: BotStore;
  readonly turns: TurnStore;
  readonly forwardTurn: ForwardTurn;
  readonly sinkFor: (turn: Turn) => AnswerSink;
  readonly clock: Clock;
  readonly log: Log;
  readonly newToken: () => string;
}

/** Done: the job has had its answer, now or before. Again: it must come back, and will once the hold is over. */
export type JobFate = "done" | "again";

/** Never rejects. `deadline`: when the turn must have its answer, in milliseconds since the epoch. */
export type RunTurnJob = (job: TurnJob, hold: JobHold, deadline: number) => Promise<JobFate>;

const firstPauseMs = 5_000;
const longestPauseMs = 5 * 60_000;

/** Twice as long each time. */
const pauseAfter = (tries: number): number => Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs);

/** A done turn is remembered for longer than any IM or queue delivers again: SQS keeps a job 4 days. */
const rememberForMs = 5 * 24 * 60 * 60 * 1000;

const idsOf = (job: TurnJob): LogFields => ({
  app: job.appKey,
  bot: job.botUserId,
  integration: job.integrationType,
  msgUID: job.event.data.msgUID,
});

const storyOf = (job: TurnJob, report: TurnReport, now: number): LogFields => ({
  outcome: report.outcome.status,
  code: report.outcome.status === "failed" ? report.outcome.code : undefined,
  detail: report.outcome.status === "failed" ? report.outcome.detail : undefined,
  delivery: report.delivery.status,
  reason: report.delivery.status === "undelivered" ? report.delivery.reason : undefined,
  asked: report.asked,
  firstTextMs: report.firstTextAt && report.firstTextAt - job.acceptedAt,
  deliveredMs: now - job.acceptedAt,
});

/**
 * Runs a job from the queue until its deadline (milliseconds since the epoch), once however often it is delivered, and
 * tells its whole story in one log line.
 */
export const makeRunTurnJob = ({
  bots,
  turns,
  forwardTurn,
  sinkFor,
  clock,
  log,
  newToken,
}: RunTurnJobPorts): RunTurnJob => {
  const keepTurn = makeKeepTurn({ turns, clock, log });

  const warn =
    (event: string, job: TurnJob) =>
    (error: unknown): void =>
      log.warn(event, { ...idsOf(job), reason: String(error) });

  const answer = async (
    job: TurnJob,
    found: Promise<OpenBot | undefined>,
    limits: TurnLimits,
  ): Promise<string> => {
    const bot = await found;
    const integration = bot?.integrations
      .filter(isDify)
      .find(({ type, enabled }) => type === job.integrationType && enabled);
    if (!bot || !integration) {
      log.warn("turn_dropped", { ...idsOf(job), reason: "the bot or its integration is gone" });
      return "dropped";
    }
    const turn: Turn = { appKey: job.appKey, bot, integration, event: job.event };
    const report = await forwardTurn(turn, sinkFor(turn), limits);
    // A picture that cannot be read is nobody's failure, nor is an answer that its user stopped.
    const well =
      ["answered", "stopped", "unreadable"].includes(report.outcome.status) &&
      report.delivery.status === "delivered";
    log[well ? "info" : "error"]("turn_finished", { ...idsOf(job), ...storyOf(job, report, clock.now()) });
    return report.outcome.status;
  };

  const answerOnce = async (job: TurnJob, hold: JobHold, deadline: number): Promise<JobFate> => {
    const id = turnIdOf(job);
    const token = newToken();
    // Read while the turn is being claimed: the user waits for both.
    const found = bots.open(job.appKey, job.botUserId);
    found.catch(() => {});
    const claim = await turns.claim(id, { token, expiresAt: clock.now() + leaseMs });
    if (claim === "done") {
      log.info("turn_repeated", idsOf(job));
      return "done";
    }
    if (claim === "busy") return "again";
    const outcome = await keepTurn(id, token, hold, (signal) =>
      answer(job, found, { deadline, signal }),
    ).catch(async (error: unknown) => {
      await turns.release(id, token).catch(warn("turn_not_released", job));
      throw error;
    });
    // The user has the answer by now: a job that came back would bring it a second time.
    const isOurs = await turns
      .complete(id, token, outcome, clock.now() + rememberForMs)
      .catch(warn("turn_not_completed", job));
    if (isOurs === false) log.error("turn_lost", idsOf(job));
    return outcome === "abandoned" ? "again" : "done";
  };

  return async (job, hold, deadline) => {
    const fate = await answerOnce(job, hold, deadline).catch((error: unknown): JobFate => {
      log.error("turn_failed", { ...idsOf(job), tries: hold.tries, reason: String(error) });
      return "again";
    });
    if (fate === "again") await hold.holdFor(pauseAfter(hold.tries)).catch(warn("job_not_held", job));
    return fate;
  };
};
