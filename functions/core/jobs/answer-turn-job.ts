import { errorTextOf } from "#core/answer/answer-ending.ts";
import type { AnswerReceiver } from "#core/answer/answer-sink.ts";
import type { AskLimits } from "#core/answer/model.ts";
import type { BotWithKeys } from "#core/bot/bot.ts";
import { canAnswer } from "#core/bot/integration.ts";
import {
  type DeliveryLease,
  type MessageRoute,
  type OpenMessage,
  replyRouteOf,
} from "#core/im/im-messages.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { ActiveLease } from "#core/shared/lease.ts";
import type { Log, LogFields } from "#core/shared/log.ts";
import type { ForwardTurn, TurnReport } from "#core/turn/forward-turn.ts";
import type { Turn } from "#core/turn/turn.ts";
import { isSuccessful, type RecordTurn } from "#core/turn/turn-report.ts";
import { type DeadLetters, jobIdOf, jobKeyOf, type TurnJob } from "./job.ts";
import { type LeasedJob, logWarning } from "./job-lease.ts";
import type { ReportJob } from "./job-report.ts";
import type { JobStore } from "./job-store.ts";

export interface AnswerTurnJobPorts {
  readonly jobs: Pick<JobStore, "checkpoint">;
  readonly forwardTurn: ForwardTurn;
  readonly receiverFor: (turn: Turn, lease: DeliveryLease) => AnswerReceiver;
  /** Rejects with a BridgeError if the IM does not close the message. */
  readonly closeOpenMessage: (route: MessageRoute, open: OpenMessage) => Promise<void>;
  readonly deadLetters: DeadLetters;
  readonly report: ReportJob;
  readonly recordTurn: RecordTurn;
  readonly clock: Clock;
  readonly log: Log;
}

export interface LeasedTurn extends LeasedJob<TurnJob> {
  /** Read while the job is claimed, since the user waits for both. Undefined: the bot was removed. */
  readonly bot: Promise<BotWithKeys | undefined>;
  /** The stream message that an earlier worker may have left open. */
  readonly open: OpenMessage | undefined;
}

/** A worker's time limits, in milliseconds since the epoch. */
export interface WorkerTime {
  /** When the answer must be complete. */
  readonly deadline: number;
  /** When the last call to the IM may start. */
  readonly deliverBy: number;
}

export type AnsweredJob =
  /** `outcome` is saved in the job's record. */
  | { readonly status: "ended"; readonly outcome: string }
  /** Another turn is in progress in the conversation. */
  | { readonly status: "busy" }
  /** Another worker has the job, or another turn has the conversation. */
  | { readonly status: "abandoned" };

export interface AnswerTurnJob {
  answer(leased: LeasedTurn, lease: ActiveLease, time: WorkerTime): Promise<AnsweredJob>;
  /** Notifies the user that there will be no answer; false if that is not possible. */
  sendFailure(leased: LeasedTurn, lease: ActiveLease, time: WorkerTime): Promise<boolean>;
}

/**
 * Minimum interval between checkpoints of an open stream message, in milliseconds: each one is a write.
 * `closeOpenMessage` tolerates an old checkpoint.
 */
const checkpointPauseMs = 2_000;

const logFieldsOf = (
  job: TurnJob,
  { outcome, delivery, modelCalls, firstTextAt }: TurnReport,
): LogFields => ({
  outcome: outcome.status,
  code: outcome.status === "failed" ? outcome.code : undefined,
  detail: outcome.status === "failed" ? outcome.detail : undefined,
  delivery: delivery.status,
  reason: delivery.status === "undelivered" ? delivery.reason : undefined,
  modelCalls,
  firstTextMs: firstTextAt && firstTextAt - job.acceptedAt,
});

/** Answers a job that a worker has leased, and logs the result in one line. */
export const makeAnswerTurnJob = ({
  jobs,
  forwardTurn,
  receiverFor,
  closeOpenMessage,
  deadLetters,
  report,
  recordTurn,
  clock,
  log,
}: AnswerTurnJobPorts): AnswerTurnJob => {
  const findTurn = async ({ job, bot: botLookup }: LeasedTurn): Promise<Turn | undefined> => {
    const bot = await botLookup;
    const integration = bot?.integrations
      .filter(canAnswer)
      .find(({ type, enabled }) => type === job.integrationType && enabled);
    const id = jobKeyOf(jobIdOf(job));
    return bot && integration && { id, appKey: job.appKey, bot, integration, event: job.event };
  };

  /** The answer starts again in a new message, without waiting for this. */
  const closeLeftOpen = async (turn: Turn, { job, open }: LeasedTurn): Promise<void> => {
    if (open)
      await closeOpenMessage(replyRouteOf(turn), open).catch(logWarning(log, "message_left_open", job));
  };

  /** Saves checkpoints of the open stream message: a new message immediately, its progress at intervals. */
  const makeCheckpoint = ({ job, lease }: LeasedTurn): DeliveryLease["onOpen"] => {
    let saved: string | undefined;
    let nextAt = 0;
    return (open) => {
      // A closed message needs no checkpoint: the job's completion or the next message replaces it.
      if (!open || (open.messageUID === saved && clock.now() < nextAt)) return;
      saved = open.messageUID;
      nextAt = clock.now() + checkpointPauseMs;
      jobs.checkpoint(jobIdOf(job), lease.token, open).catch(logWarning(log, "open_message_not_saved", job));
    };
  };

  const deliveryLeaseOf = (
    leased: LeasedTurn,
    { isHeld }: ActiveLease,
    { deliverBy }: WorkerTime,
  ): DeliveryLease => ({ isHeld, deliverBy, onOpen: makeCheckpoint(leased) });

  return {
    answer: async (leased, lease, time) => {
      const { job, tries } = leased;
      const turn = await findTurn(leased);
      if (!turn) {
        report("dropped", job, { reason: "the bot or its integration was removed or disabled" });
        return { status: "ended", outcome: "dropped" };
      }
      const closing = closeLeftOpen(turn, leased);
      const limits: AskLimits = { deadline: time.deadline, signal: lease.signal };
      const receiver = receiverFor(turn, deliveryLeaseOf(leased, lease, time));
      const answered = await forwardTurn(turn, receiver, limits);
      await closing;
      if (answered.status === "busy") return { status: "busy" };
      await answered.cleanup;
      const { outcome, delivery } = answered;
      const isLost = delivery.status === "undelivered" && !lease.isHeld();
      if (outcome.status === "abandoned" || isLost) return { status: "abandoned" };
      const { integrationType, acceptedAt: startedAt } = job;
      recordTurn({ channel: "im", integrationType, startedAt }, answered);
      const fields = { ...logFieldsOf(job, answered), tries };
      if (delivery.status === "undelivered") {
        await deadLetters.add(job, { reason: delivery.reason, tries });
        report("given_up", job, fields);
        return { status: "ended", outcome: "given_up" };
      }
      report("delivered", job, fields, !isSuccessful(outcome));
      return { status: "ended", outcome: outcome.status };
    },

    sendFailure: async (leased, lease, time) => {
      const turn = await findTurn(leased).catch(() => undefined);
      if (!turn) return false;
      const closing = closeLeftOpen(turn, leased);
      const { sink } = receiverFor(turn, deliveryLeaseOf(leased, lease, time));
      const { status } = await sink.end({
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
