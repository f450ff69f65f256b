import type { TurnLimits } from "#core/answer/answer.ts";
import { errorTextOf } from "#core/answer/answer-ending.ts";
import type { AnswerSink } from "#core/answer/answer-sink.ts";
import type { OpenBot } from "#core/bot/bot.ts";
import { isDify } from "#core/bot/integration.ts";
import { type MessageRoute, type OpenMessage, replyRouteOf, type TurnHold } from "#core/im/im-messages.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Held } from "#core/shared/lease.ts";
import type { Log, LogFields } from "#core/shared/log.ts";
import type { ForwardTurn, TurnReport } from "#core/turn/forward-turn.ts";
import type { Turn } from "#core/turn/turn.ts";
import { type NoteTurn, wentWell } from "#core/turn/turn-report.ts";
import { type HeldJob, warnOf } from "./held-job.ts";
import { type DeadLetters, jobIdOf, jobKeyOf, type TurnJob } from "./job.ts";
import type { ReportJob } from "./job-report.ts";
import type { JobStore } from "./job-store.ts";
import { makeNoteOpen } from "./note-open.ts";

export interface AnswerTurnJobPorts {
  readonly turns: Pick<JobStore, "note">;
  readonly forwardTurn: ForwardTurn;
  readonly sinkFor: (turn: Turn, hold: TurnHold) => AnswerSink;
  /** Rejects with a BridgeError where the IM does not close it. */
  readonly closeOpenMessage: (route: MessageRoute, open: OpenMessage) => Promise<void>;
  readonly deadLetters: DeadLetters;
  readonly report: ReportJob;
  readonly noteTurn: NoteTurn;
  readonly clock: Clock;
  readonly log: Log;
}

export interface HeldTurn extends HeldJob<TurnJob> {
  /** Read while the job was being claimed: the user waits for both. */
  readonly found: Promise<OpenBot | undefined>;
  /** What a worker before this one may have left open. */
  readonly open: OpenMessage | undefined;
}

/** How far a worker may go. Milliseconds since the epoch. */
export interface WorkerTime {
  /** When the turn must have its answer. */
  readonly deadline: number;
  /** When the last call to the IM may begin. */
  readonly deliverBy: number;
}

export interface AnswerTurnJob {
  /** Gives the outcome, as it stands in the job's record; "busy" and "abandoned" are none yet. */
  answer(held: HeldTurn, keeping: Held, time: WorkerTime): Promise<string>;
  /** Tells the user that there will be no answer; false where that cannot be. */
  tellFailure(held: HeldTurn, keeping: Held, time: WorkerTime): Promise<boolean>;
}

const storyOf = (job: TurnJob, { outcome, delivery, asked, firstTextAt }: TurnReport): LogFields => ({
  outcome: outcome.status,
  code: outcome.status === "failed" ? outcome.code : undefined,
  detail: outcome.status === "failed" ? outcome.detail : undefined,
  delivery: delivery.status,
  reason: delivery.status === "undelivered" ? delivery.reason : undefined,
  asked,
  firstTextMs: firstTextAt && firstTextAt - job.acceptedAt,
});

/** What a worker does with a job that it holds: has it answered, and tells its whole story in one log line. */
export const makeAnswerTurnJob = ({
  turns,
  forwardTurn,
  sinkFor,
  closeOpenMessage,
  deadLetters,
  report,
  noteTurn,
  clock,
  log,
}: AnswerTurnJobPorts): AnswerTurnJob => {
  const noteOpen = makeNoteOpen({ turns, clock, log });

  const findTurn = async ({ job, found }: HeldTurn): Promise<Turn | undefined> => {
    const bot = await found;
    const integration = bot?.integrations
      .filter(isDify)
      .find(({ type, enabled }) => type === job.integrationType && enabled);
    const id = jobKeyOf(jobIdOf(job));
    return bot && integration && { id, appKey: job.appKey, bot, integration, event: job.event };
  };

  /** The answer begins anew in a message of its own, which does not wait for this. */
  const closeLeftOpen = async (turn: Turn, { job, open }: HeldTurn): Promise<void> => {
    if (open) await closeOpenMessage(replyRouteOf(turn), open).catch(warnOf(log, "message_left_open", job));
  };

  const holdOf = (
    { job, token }: HeldTurn,
    { isOurs }: Held,
    { deliverBy }: Pick<WorkerTime, "deliverBy">,
  ): TurnHold => ({ isOurs, deliverBy, onOpen: noteOpen(jobIdOf(job), token) });

  return {
    answer: async (held, keeping, { deadline, deliverBy }) => {
      const { job, tries } = held;
      const turn = await findTurn(held);
      if (!turn) {
        report("dropped", job, { reason: "the bot or its integration is gone" });
        return "dropped";
      }
      const closing = closeLeftOpen(turn, held);
      const limits: TurnLimits = { deadline, signal: keeping.signal };
      const answered = await forwardTurn(turn, sinkFor(turn, holdOf(held, keeping, { deliverBy })), limits);
      await closing;
      if (answered === "busy") return "busy";
      await answered.afterwards;
      const { outcome, delivery } = answered;
      const isLost = delivery.status === "undelivered" && !keeping.isOurs();
      if (outcome.status === "abandoned" || isLost) return "abandoned";
      const { integrationType, acceptedAt: startedAt } = job;
      noteTurn({ door: "im", integrationType, startedAt }, answered);
      const story = { ...storyOf(job, answered), tries };
      if (delivery.status === "undelivered") {
        await deadLetters.bury(job, { reason: delivery.reason, tries });
        report("given_up", job, story);
        return "given_up";
      }
      report("delivered", job, story, !wentWell(outcome));
      return outcome.status;
    },

    tellFailure: async (held, keeping, { deliverBy }) => {
      const turn = await findTurn(held).catch(() => undefined);
      if (!turn) return false;
      const closing = closeLeftOpen(turn, held);
      const { status } = await sinkFor(turn, holdOf(held, keeping, { deliverBy })).end({
        status: "failed",
        sentence: errorTextOf(turn.integration.options),
        code: "unavailable",
        retryable: true,
      });
      await closing;
      return status === "delivered";
    },
  };
};
