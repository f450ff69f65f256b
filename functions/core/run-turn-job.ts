import type { TurnLimits } from "./answer.ts";
import { errorTextOf } from "./answer-ending.ts";
import type { AnswerSink } from "./answer-sink.ts";
import type { BotStore, OpenBot } from "./bot.ts";
import type { Clock } from "./clock.ts";
import type { ForwardTurn, TurnReport } from "./forward-turn.ts";
import { type HeldJob, makeHeldJobs, warnOf } from "./held-job.ts";
import { type MessageRoute, type OpenMessage, replyRouteOf, type TurnHold } from "./im-messages.ts";
import { isDify } from "./integration.ts";
import { type DeadLetters, jobIdOf, jobKeyOf, type TurnJob } from "./job.ts";
import type { JobFate, JobHold } from "./job-hold.ts";
import { idsOf, type ReportJob } from "./job-report.ts";
import type { JobStore } from "./job-store.ts";
import { type Held, leaseMs } from "./keep-lease.ts";
import { makeKeepTurn } from "./keep-turn.ts";
import type { Log, LogFields } from "./log.ts";
import { makeNoteOpen } from "./note-open.ts";
import type { Turn } from "./turn.ts";

export interface RunTurnJobPorts {
  readonly bots: Pick<BotStore, "open">;
  readonly turns: JobStore;
  readonly forwardTurn: ForwardTurn;
  readonly sinkFor: (turn: Turn, hold: TurnHold) => AnswerSink;
  /** Rejects with a BridgeError where the IM does not close it. */
  readonly closeOpenMessage: (route: MessageRoute, open: OpenMessage) => Promise<void>;
  readonly deadLetters: DeadLetters;
  readonly report: ReportJob;
  readonly clock: Clock;
  readonly log: Log;
  readonly newToken: () => string;
}

/** Never rejects. `deadline`: when the turn must have its answer, in milliseconds since the epoch. */
export type RunTurnJob = (job: TurnJob, hold: JobHold, deadline: number) => Promise<JobFate>;

const firstPauseMs = 5_000;
const longestPauseMs = 5 * 60_000;
/** Twenty minutes in all. Only failures of our own come back: Dify's are answered with a sentence. */
const mostTries = 10;

/** Twice as long each time. */
const pauseAfter = (tries: number): number => Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs);

const storyOf = (job: TurnJob, { outcome, delivery, asked, firstTextAt }: TurnReport): LogFields => ({
  outcome: outcome.status,
  code: outcome.status === "failed" ? outcome.code : undefined,
  detail: outcome.status === "failed" ? outcome.detail : undefined,
  delivery: delivery.status,
  reason: delivery.status === "undelivered" ? delivery.reason : undefined,
  asked,
  firstTextMs: firstTextAt && firstTextAt - job.acceptedAt,
});

/** A picture that cannot be read is nobody's failure, nor is an answer that its user stopped. */
const wentWell = ({ status }: TurnReport["outcome"]): boolean =>
  ["answered", "stopped", "unreadable"].includes(status);

interface HeldTurn extends HeldJob<TurnJob> {
  /** Read while the job was being claimed: the user waits for both. */
  readonly found: Promise<OpenBot | undefined>;
  /** What a worker before this one may have left open. */
  readonly open: OpenMessage | undefined;
}

/**
 * Runs a job from the queue until its deadline (milliseconds since the epoch), once however often it is delivered, and
 * tells its whole story in one log line.
 */
export const makeRunTurnJob = ({
  bots,
  turns,
  forwardTurn,
  sinkFor,
  closeOpenMessage,
  deadLetters,
  report,
  clock,
  log,
  newToken,
}: RunTurnJobPorts): RunTurnJob => {
  const keepTurn = makeKeepTurn({ turns, clock, log });
  const noteOpen = makeNoteOpen({ turns, clock, log });

  const { complete, release } = makeHeldJobs({ jobs: turns, clock, log });

  const findTurn = async ({ job, found }: HeldTurn): Promise<Turn | undefined> => {
    const bot = await found;
    const integration = bot?.integrations
      .filter(isDify)
      .find(({ type, enabled }) => type === job.integrationType && enabled);
    const id = jobKeyOf(jobIdOf(job));
    return bot && integration && { id, appKey: job.appKey, bot, integration, event: job.event };
  };

  /** The answer begins anew in a message of its own, which does not wait for this. */
  const closeLeftOpen = (turn: Turn, { job, open }: HeldTurn): Promise<void> =>
    open
      ? closeOpenMessage(replyRouteOf(turn), open).catch(warnOf(log, "message_left_open", job))
      : Promise.resolve();

  const holdOf = ({ job, token }: HeldTurn, { isOurs }: Held): TurnHold => ({
    isOurs,
    onOpen: noteOpen(jobIdOf(job), token),
  });

  /** Gives the outcome, as it stands in the job's record. */
  const answer = async (held: HeldTurn, keeping: Held, limits: TurnLimits): Promise<string> => {
    const { job, tries } = held;
    const turn = await findTurn(held);
    if (!turn) {
      report("dropped", job, { reason: "the bot or its integration is gone" });
      return "dropped";
    }
    const closing = closeLeftOpen(turn, held);
    const told = await forwardTurn(turn, sinkFor(turn, holdOf(held, keeping)), limits);
    await closing;
    if (told === "busy") return "busy";
    const { outcome, delivery } = told;
    const isLost = delivery.status === "undelivered" && !keeping.isOurs();
    if (outcome.status === "abandoned" || isLost) return "abandoned";
    const story = { ...storyOf(job, told), tries };
    if (delivery.status === "undelivered") {
      await deadLetters.bury(job, { reason: delivery.reason, tries });
      report("given_up", job, story);
      return "given_up";
    }
    report("delivered", job, story, !wentWell(outcome));
    return outcome.status;
  };

  const tellUser = async (held: HeldTurn, keeping: Held): Promise<boolean> => {
    const turn = await findTurn(held).catch(() => undefined);
    if (!turn) return false;
    const closing = closeLeftOpen(turn, held);
    const sentence = errorTextOf(turn.integration.options);
    const { status } = await sinkFor(turn, holdOf(held, keeping)).end({
      status: "failed",
      sentence,
      code: "unavailable",
      retryable: true,
    });
    await closing;
    return status === "delivered";
  };

  /** Held on to: where the IM is slow to take the sentence, another worker would tell it too. */
  const giveUp = async (held: HeldTurn, hold: JobHold, reason: string): Promise<JobFate> => {
    const { job, token, tries } = held;
    await keepTurn(jobIdOf(job), token, hold, async (keeping) => {
      // Before the user is told: a burial that fails brings the job back, and they would be told each time.
      await deadLetters.bury(job, { reason, tries });
      report("given_up", job, { reason, tries, told: await tellUser(held, keeping) });
    });
    await complete(held, "given_up");
    return "done";
  };

  const answerHeld = async (held: HeldTurn, hold: JobHold, deadline: number): Promise<JobFate> => {
    const { job, token, tries } = held;
    // Its workers have died, one after another, before any of them could say why.
    if (tries > mostTries) return giveUp(held, hold, "its workers never came to an end");
    try {
      const outcome = await keepTurn(jobIdOf(job), token, hold, (keeping) =>
        answer(held, keeping, { deadline, signal: keeping.signal }),
      );
      if (outcome === "abandoned") return "again";
      if (outcome === "busy") {
        report("tried", job, { tries, reason: "another turn runs in its conversation" });
        if (tries === mostTries) return giveUp(held, hold, "its conversation never came free");
        await release(held);
        return "again";
      }
      await complete(held, outcome);
      return "done";
    } catch (error) {
      report("tried", job, { tries, reason: String(error) });
      if (tries === mostTries) return giveUp(held, hold, String(error));
      throw error;
    }
  };

  const run = async (job: TurnJob, hold: JobHold, deadline: number): Promise<JobFate> => {
    const token = newToken();
    const found = bots.open(job.appKey, job.botUserId);
    found.catch(() => {});
    const claim = await turns.claim(jobIdOf(job), { token, expiresAt: clock.now() + leaseMs });
    if (claim.status === "done") {
      report("repeated", job);
      return "done";
    }
    const { tries } = claim;
    const held = { job, token, tries, found, open: claim.status === "claimed" ? claim.open : undefined };
    const giveBack = async (error: unknown): Promise<JobFate> => {
      log.error("job_failed", { ...idsOf(job), tries, reason: String(error) });
      await release(held);
      return "again";
    };
    const fate = claim.status === "busy" ? "again" : await answerHeld(held, hold, deadline).catch(giveBack);
    if (fate === "again") await hold.holdFor(pauseAfter(tries)).catch(warnOf(log, "job_not_held", job));
    return fate;
  };

  return (job, hold, deadline) =>
    run(job, hold, deadline).catch(async (error: unknown): Promise<JobFate> => {
      log.error("job_failed", { ...idsOf(job), tries: hold.tries, reason: String(error) });
      await hold.holdFor(pauseAfter(hold.tries)).catch(warnOf(log, "job_not_held", job));
      return "again";
    });
};
