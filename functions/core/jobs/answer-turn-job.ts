import { errorTextOf, limitTextOf } from "#core/answer/answer-ending.ts";
import type { AnswerReceiver, EarlierAnswer } from "#core/answer/answer-sink.ts";
import type { AskLimits } from "#core/answer/model.ts";
import type { BotWithKeys } from "#core/bot/bot.ts";
import { findEnabledModel } from "#core/bot/integration.ts";
import { type ContinuableMessage, isContinuable } from "#core/im/continued-delivery.ts";
import {
  type CompleteReason,
  completeReason,
  type MessageRoute,
  type OpenMessage,
  type ReceiverLease,
  replyRouteOf,
} from "#core/im/im-messages.ts";
import type { RecallStore } from "#core/message/recall.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import type { ActiveLease } from "#core/shared/lease.ts";
import type { Log, LogFields } from "#core/shared/log.ts";
import { type ConversationPause, pauseEndsAt } from "#core/turn/conversation-pause.ts";
import type { CountedTurn, CountTurn } from "#core/turn/count-turn.ts";
import type { ForwardTurn } from "#core/turn/forward-turn.ts";
import { nameOfLimit } from "#core/turn/limit-names.ts";
import type { LimitedTurn, LimitStore, ReachedLimit } from "#core/turn/limit-store.ts";
import { type DeliveryWatch, makeStoryRecorder, type StoryRecorder } from "#core/turn/story-recorder.ts";
import type { TurnReport } from "#core/turn/stream-answer.ts";
import type { Turn } from "#core/turn/turn.ts";
import { isSuccessful, type RecordTurn, type WaitCause } from "#core/turn/turn-report.ts";
import { type DeadLetters, jobIdOf, jobKeyOf, recallableOf, type TurnJob } from "./job.ts";
import { type LeasedJob, logWarning } from "./job-lease.ts";
import type { ReportJob } from "./job-report.ts";
import type { JobStore, TurnCheckpoint } from "./job-store.ts";
import type { JobEnding } from "./job-story.ts";
import { makeRecallableReceiver, watchRecall } from "./recall-watch.ts";
import { makeTurnCheckpoints, type TurnCheckpoints } from "./turn-checkpoints.ts";

/** A receiver that goes on with a stream message of an earlier worker, if it was given one and the bot still streams. */
export interface DeliveryReceiver extends AnswerReceiver {
  /** The answer begins again in another message. Resolves with the message of the earlier worker, to close it. */
  readonly restart?: (() => Promise<OpenMessage>) | undefined;
}

export interface AnswerTurnJobPorts {
  readonly jobs: Pick<JobStore, "checkpoint" | "claimNotice">;
  readonly recalls: Pick<RecallStore, "isRecalled">;
  readonly forwardTurn: ForwardTurn;
  readonly countTurn: CountTurn;
  readonly notices: Pick<LimitStore, "claimNotice">;
  readonly receiverFor: (
    turn: Turn,
    lease: ReceiverLease,
    open: ContinuableMessage | undefined,
    watch?: DeliveryWatch,
  ) => DeliveryReceiver;
  /** Rejects with a BridgeError if the IM does not close the message. */
  readonly closeOpenMessage: (
    route: MessageRoute,
    open: OpenMessage,
    reason: CompleteReason,
  ) => Promise<void>;
  /** Sends the job that checks a paused answer. */
  readonly sendCheck: (job: TurnJob) => Promise<void>;
  readonly deadLetters: DeadLetters;
  readonly report: ReportJob;
  readonly recordTurn: RecordTurn;
  /** Whether the app keeps the texts of its turns (`storyText`). */
  readonly keepsText: (appKey: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a worker reads before it runs a turn. */
export interface TurnJobState {
  /** Undefined if the bot was removed. */
  readonly bot: BotWithKeys | undefined;
  /** Whether the job's message was taken back. */
  readonly isRecalled: boolean;
}

export type ReadTurnJob = (job: TurnJob) => Promise<TurnJobState>;

/** With the checkpoint of an earlier worker, if there was one. */
export interface LeasedTurn extends LeasedJob<TurnJob>, TurnCheckpoint {
  /** Read while the job is claimed, since the user waits for both. */
  readonly state: Promise<TurnJobState>;
  /** How many turns the app has in progress, as far as known. */
  readonly answersInProgress: () => number;
  /** Whether the job was postponed before: it has been received, but not tried. */
  readonly wasPostponed: boolean;
}

interface OpenedReceiver {
  readonly receiver: AnswerReceiver;
  /** Resolves when a message that an earlier worker left open is closed. */
  readonly closed: () => Promise<void>;
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
  | { readonly status: "ended"; readonly outcome: string; readonly ending: JobEnding }
  /** Another turn is in progress in the conversation. */
  | { readonly status: "busy" }
  /** Another worker has the job, or another turn has the conversation. */
  | { readonly status: "abandoned" }
  /** The answer that the job checks still waits for human input. `isRunning`: its rest will come soon. */
  | { readonly status: "waiting"; readonly isRunning: boolean };

export interface AnswerTurnJob {
  answer(leased: LeasedTurn, lease: ActiveLease, time: WorkerTime): Promise<AnsweredJob>;
  /** Notifies the user that there will be no answer; false if that is not possible. */
  sendFailure(leased: LeasedTurn, lease: ActiveLease, time: WorkerTime): Promise<boolean>;
}

/** When a paused answer is checked for the first time, in milliseconds: a person needs some time. */
const firstCheckMs = 5_000;

const logFieldsOf = (
  startedAt: number,
  { outcome, delivery, modelCalls, firstTextAt }: TurnReport,
): LogFields => ({
  // What the user has counts: an answer that the IM did not accept is none.
  outcome: delivery.status === "undelivered" ? "undelivered" : outcome.status,
  model: outcome.status,
  code: outcome.status === "failed" ? outcome.code : undefined,
  detail: outcome.status === "failed" ? outcome.detail : undefined,
  reason: delivery.status === "undelivered" ? delivery.reason : undefined,
  modelCalls,
  firstTextMs: firstTextAt && firstTextAt - startedAt,
});

const limitedTurnOf = ({ appKey, bot, integration, event }: Turn): LimitedTurn => ({
  appKey,
  botUserId: bot.userId,
  userId: event.data.fromUserId,
  integration,
});

/** Ends a turn whose conversation is already open: see `ForwardLimits.admission`. */
const limited = new BridgeError("rate_limited", "a limit is reached");

/** For a sentence that is sent in one chunk. */
const noCheckpoints = { onOpen: () => {} };

/** Answers a job that a worker has leased, and logs the result in one line. */
export const makeAnswerTurnJob = ({
  jobs,
  recalls,
  forwardTurn,
  countTurn,
  notices,
  receiverFor,
  closeOpenMessage,
  sendCheck,
  deadLetters,
  report,
  recordTurn,
  keepsText,
  clock,
  log,
}: AnswerTurnJobPorts): AnswerTurnJob => {
  const checkpointsOf = makeTurnCheckpoints({ jobs, clock, log });

  const findTurn = async ({ job, state }: LeasedTurn): Promise<Turn | undefined> => {
    const { bot } = await state;
    const integration = bot && findEnabledModel(bot.integrations, job.integrationType);
    const id = jobKeyOf(jobIdOf(job));
    if (!bot || !integration) return undefined;
    const { appKey, event, acceptedAt } = job;
    const turn: Turn = { id, appKey, bot, integration, event, acceptedAt };
    return job.check ? { ...turn, continues: { by: "check", pauseId: job.check.pauseId } } : turn;
  };

  /** Without the check, the answer still continues when the user fills in the form. */
  const checkPaused = async (job: TurnJob, paused: ConversationPause | undefined): Promise<void> => {
    if (!paused || paused.pause.reference === undefined) return;
    const since = clock.now();
    const check = {
      pauseId: paused.id,
      since,
      until: pauseEndsAt(paused),
      round: 1,
      sentAt: since,
      nextAt: since + firstCheckMs,
    };
    await sendCheck({ ...job, check }).catch(logWarning(log, "pause_not_checked", job));
  };

  /** The answer starts again in a new message, without waiting for this. */
  const closeLeftOpen = async (
    turn: Turn,
    { job }: LeasedTurn,
    open: OpenMessage | undefined,
    reason: CompleteReason,
  ): Promise<void> => {
    if (!open) return;
    const warn = logWarning(log, "message_left_open", job);
    await closeOpenMessage(replyRouteOf(turn), open, reason).catch(warn);
  };

  const isRecalledNow = async (job: TurnJob): Promise<boolean> => {
    const message = recallableOf(job);
    return message !== undefined && recalls.isRecalled(message, job.event.data.fromUserId);
  };

  const receiverLeaseOf = (
    leased: LeasedTurn,
    { isHeld }: ActiveLease,
    { deliverBy }: WorkerTime,
    checkpoints: Pick<ReceiverLease, "onOpen" | "isResumable" | "saveOpen">,
  ): ReceiverLease => ({
    isHeld,
    deliverBy,
    answersInProgress: leased.answersInProgress,
    ...checkpoints,
    claimNotice: () => jobs.claimNotice(jobIdOf(leased.job), leased.lease.token),
  });

  /** The receiver of an answer, which goes on where an earlier worker stopped if the model may have the answer. */
  const openReceiver = (
    turn: Turn,
    leased: LeasedTurn,
    lease: ReceiverLease,
    { onReference }: Pick<TurnCheckpoints, "onReference">,
    story: StoryRecorder,
  ): OpenedReceiver => {
    const { open, reference } = leased;
    const continued = reference !== undefined && isContinuable(open) ? open : undefined;
    const { restart, ...opened } = receiverFor(turn, lease, continued, story);
    const receiver = story.watch({ ...opened, observer: { ...opened.observer, onReference } });
    const { brokenOff, replaced } = completeReason;
    if (reference === undefined) {
      const closing = closeLeftOpen(turn, leased, open, brokenOff);
      return { receiver, closed: () => closing };
    }
    let closing = restart ? Promise.resolve() : closeLeftOpen(turn, leased, open, replaced);
    const earlier: EarlierAnswer = {
      reference,
      hasText: restart !== undefined,
      restart: () => {
        if (restart) closing = restart().then((left) => closeLeftOpen(turn, leased, left, brokenOff));
      },
    };
    return { receiver: { ...receiver, earlier }, closed: () => closing };
  };

  const forwardUnlessRecalled = (
    turn: Turn,
    leased: LeasedTurn,
    lease: ActiveLease,
    time: WorkerTime,
    admission: Promise<CountedTurn>,
    story: StoryRecorder,
  ): Promise<{ readonly answered: Awaited<ReturnType<ForwardTurn>>; readonly wasRecalled: boolean }> => {
    const { job } = leased;
    const onError = logWarning(log, "recall_not_read", job);
    const ports = { isRecalled: () => isRecalledNow(job), lost: lease.signal, clock, onError };
    // A turn may return without an end: then the user must not be told to wait, or see that the bot is typing.
    let isOver = false;
    const whileRunning = { ...lease, isHeld: () => !isOver && lease.isHeld() };
    return watchRecall(ports, async (watch) => {
      const checkpoints = checkpointsOf(leased, whileRunning);
      const receiverLease = receiverLeaseOf(leased, whileRunning, time, checkpoints);
      const { receiver: inner, closed } = openReceiver(turn, leased, receiverLease, checkpoints, story);
      const receiver = makeRecallableReceiver(inner, watch, !turn.integration.stream);
      const limits: AskLimits = { deadline: time.deadline, signal: lease.signal, stop: watch.signal };
      try {
        const answered = await forwardTurn(turn, receiver, { ...limits, admission });
        return { answered, wasRecalled: receiver.wasRecalled() };
      } finally {
        checkpoints.close();
        await closed();
      }
    }).finally(() => {
      isOver = true;
    });
  };

  /** Sends a sentence of our own in place of an answer; false if the IM does not accept it. */
  const sendSentence = async (
    turn: Turn,
    leased: LeasedTurn,
    lease: ActiveLease,
    time: WorkerTime,
    sentence: string,
  ): Promise<boolean> => {
    const { sink } = receiverFor(turn, receiverLeaseOf(leased, lease, time, noCheckpoints), undefined);
    const { status } = await sink.end({ status: "failed", sentence, code: "unavailable", retryable: true });
    return status === "delivered";
  };

  /** The model is not asked. The user is told once in the limit's window, also if several messages arrive at once. */
  const refuse = async (
    turn: Turn,
    leased: LeasedTurn,
    lease: ActiveLease,
    time: WorkerTime,
    by: ReachedLimit,
  ): Promise<AnsweredJob> => {
    const { job, tries } = leased;
    const isFirst = await notices
      .claimNotice(limitedTurnOf(turn), by)
      .catch(logWarning(log, "limit_notice_not_claimed", job));
    const userNotified =
      isFirst === true &&
      (await sendSentence(turn, leased, lease, time, limitTextOf(turn.integration.options, by.limit)));
    const freeAt = new Date(by.freeAt).toISOString();
    const limit = nameOfLimit(by);
    report("limited", job, { tries, limit, freeAt, userNotified });
    return {
      status: "ended",
      outcome: "limited",
      ending: { outcome: "refused", code: "rate_limited", detail: limit },
    };
  };

  return {
    answer: async (leased, lease, time) => {
      const { job, tries } = leased;
      const turn = await findTurn(leased);
      const { isRecalled } = await leased.state;
      if (isRecalled) {
        if (turn) await closeLeftOpen(turn, leased, leased.open, completeReason.stopped);
        report("recalled", job, { tries });
        return { status: "ended", outcome: "recalled", ending: { outcome: "recalled" } };
      }
      if (!turn) {
        const reason = "the bot or its integration was removed or disabled";
        report("dropped", job, { reason });
        return { status: "ended", outcome: "dropped", ending: { outcome: "dropped", detail: reason } };
      }
      // The user did not wait for us while somebody else was asked.
      const startedAt = job.check ? clock.now() : job.acceptedAt;
      // A further try of a turn, and a check of its answer, go on with what was counted.
      const deciding = countTurn(limitedTurnOf(turn), { wasCounted: tries > 1 || job.check !== undefined });
      const admission = deciding.then((decision) => {
        if (decision.status === "limited") throw limited;
        return decision;
      });
      // Handled by the turn; until then a refusal must not count as an unhandled rejection.
      admission.catch(() => {});
      const story = makeStoryRecorder({ clock, keepsText: keepsText(job.appKey) });
      const forwarded = await forwardUnlessRecalled(turn, leased, lease, time, admission, story).catch(
        (error: unknown) => {
          if (error === limited) return undefined;
          throw error;
        },
      );
      const counted = await deciding;
      if (counted.status === "limited") return refuse(turn, leased, lease, time, counted.by);
      if (!forwarded) return { status: "abandoned" };
      const { answered, wasRecalled } = forwarded;
      if (answered.status === "busy") {
        await counted.takeBack();
        return { status: "busy" };
      }
      if (answered.status === "not_continued") {
        const { reason } = answered;
        return reason === "over"
          ? { status: "ended", outcome: "expired", ending: { outcome: "expired" } }
          : { status: "waiting", isRunning: reason === "running" };
      }
      if (!wasRecalled) await checkPaused(job, answered.paused);
      await answered.cleanup;
      const { outcome, delivery } = answered;
      const isLost = delivery.status === "undelivered" && !lease.isHeld();
      if (outcome.status === "abandoned" || isLost) return { status: "abandoned" };
      const { integrationType } = job;
      const cause: WaitCause = leased.wasPostponed ? "limit" : "capacity";
      const wait = { since: job.redrivenAt ?? startedAt, cause };
      // The delay of a further try is that of the first one's failure, and nobody waits for a check.
      const isFirst = tries === 1 && !job.check;
      recordTurn({ channel: "im", integrationType, startedAt, ...(isFirst && { wait }) }, answered);
      await counted.end(answered.usage?.totalTokens ?? 0);
      const fields = { ...logFieldsOf(startedAt, answered), tries };
      const tookOver = leased.open !== undefined || leased.reference !== undefined;
      const ending = { ...story.ending(turn, answered), tookOver };
      if (wasRecalled) {
        report("recalled", job, fields);
        return { status: "ended", outcome: "recalled", ending: { ...ending, outcome: "recalled" } };
      }
      if (delivery.status === "undelivered") {
        await deadLetters.add(job, { reason: delivery.reason, tries });
        report("given_up", job, fields);
        return { status: "ended", outcome: "given_up", ending };
      }
      report("delivered", job, fields, !isSuccessful(outcome));
      return { status: "ended", outcome: outcome.status, ending };
    },

    sendFailure: async (leased, lease, time) => {
      const turn = await findTurn(leased).catch(() => undefined);
      if (!turn) return false;
      const closing = closeLeftOpen(turn, leased, leased.open, completeReason.brokenOff);
      const isTold = await sendSentence(turn, leased, lease, time, errorTextOf(turn.integration.options));
      await closing;
      return isTold;
    },
  };
};
