import { errorTextOf } from "#core/answer/answer-ending.ts";
import { findEnabledModel } from "#core/bot/integration.ts";
import { completeReason } from "#core/im/im-messages.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { ExtendableLease } from "#core/shared/lease.ts";
import type { LogFields } from "#core/shared/log.ts";
import type { ConversationStore } from "#core/turn/conversation.ts";
import { type ConversationPause, pauseEndsAt } from "#core/turn/conversation-pause.ts";
import type { CountedTurn, CountTurn } from "#core/turn/count-turn.ts";
import type { ForwardLimits, ForwardTurn } from "#core/turn/forward-turn.ts";
import { LimitReachedError } from "#core/turn/limit-reached-error.ts";
import type { LimitStore } from "#core/turn/limit-store.ts";
import { mergeMessages } from "#core/turn/question.ts";
import { makeStoryRecorder, type StoryRecorder } from "#core/turn/story-recorder.ts";
import type { TurnReport } from "#core/turn/stream-answer.ts";
import type { Turn } from "#core/turn/turn.ts";
import { isSuccessful, type RecordTurn, type WaitCause } from "#core/turn/turn-report.ts";
import { makeCollectMessages } from "./collect-messages.ts";
import type { InboxStore } from "./inbox.ts";
import { type DeadLetters, jobIdOf, jobKeyOf, type TurnJob } from "./job.ts";
import { logWarning } from "./job-lease.ts";
import type { ReportJob } from "./job-report.ts";
import { type FindStop, type JobStop, makeStoppableReceiver, watchForStop } from "./job-stop.ts";
import type { JobStore } from "./job-store.ts";
import type { EndedJob } from "./job-story.ts";
import { makeCloseLeftOpen, makeOpenReceiver, type OpenReceiverPorts } from "./open-receiver.ts";
import { countableTurnOf, makeRefuseLimitedTurn } from "./refuse-limited-turn.ts";
import { makeRunCommand } from "./run-command.ts";
import { makeSendSentence } from "./send-sentence.ts";
import { makeTurnCheckpoints } from "./turn-checkpoints.ts";
import { type LeasedTurn, receiverLeaseOf, type TurnRun, type WorkerTime } from "./turn-run.ts";

export interface AnswerTurnJobPorts extends OpenReceiverPorts {
  readonly jobs: Pick<JobStore, "checkpoint" | "claimNotice" | "claim" | "complete" | "postpone">;
  readonly inbox: Pick<InboxStore, "take">;
  readonly newToken: () => string;
  readonly findStop: FindStop;
  readonly conversations: Pick<ConversationStore, "forget">;
  readonly forwardTurn: ForwardTurn;
  readonly countTurn: CountTurn;
  readonly notices: Pick<LimitStore, "claimNotice">;
  /** Sends the job that checks a paused answer. */
  readonly sendCheck: (job: TurnJob) => Promise<void>;
  readonly deadLetters: DeadLetters;
  readonly report: ReportJob;
  readonly recordTurn: RecordTurn;
  /** Whether the app keeps the texts of its turns (`storyText`). */
  readonly keepsText: (appKey: string) => boolean;
  readonly clock: Clock;
}

export type AnsweredJob =
  | EndedJob
  /** Another turn is in progress in the conversation. */
  | { readonly status: "busy" }
  /** Another worker has the job, or another turn has the conversation. */
  | { readonly status: "abandoned" }
  /** The sender may write more: the job runs again after so long, in milliseconds. */
  | { readonly status: "collecting"; readonly pauseMs: number }
  /** The answer that the job checks still waits for human input. `isRunning`: its rest will come soon. */
  | { readonly status: "waiting"; readonly isRunning: boolean };

/** The turn with further messages of its sender. */
const withMore = (turn: Turn, more: readonly MessageEvent[]): Turn => {
  const { bot, integration, event } = turn;
  if (more.length === 0) return turn;
  const merged = mergeMessages(bot, integration, event, more);
  return { ...turn, ...merged };
};

export interface AnswerTurnJob {
  answer(leased: LeasedTurn, lease: ExtendableLease, time: WorkerTime): Promise<AnsweredJob>;
  /** Notifies the user that there will be no answer; false if that is not possible. */
  sendFailure(leased: LeasedTurn, lease: ExtendableLease, time: WorkerTime): Promise<boolean>;
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

/** Answers a job that a worker has leased, and logs the result in one line. */
export const makeAnswerTurnJob = ({
  jobs,
  inbox,
  newToken,
  findStop,
  conversations,
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
  const closeLeftOpen = makeCloseLeftOpen({ closeOpenMessage, log });
  const openReceiver = makeOpenReceiver(receiverFor, closeLeftOpen);
  const sendSentence = makeSendSentence({ jobs, receiverFor });
  const runCommand = makeRunCommand({ conversations, jobs, sendSentence, report });
  const collectMessages = makeCollectMessages({ inbox, jobs, findStop, newToken, report, clock });
  const refuseLimitedTurn = makeRefuseLimitedTurn({ notices, sendSentence, report, log });

  const findTurn = async ({ job, state }: LeasedTurn): Promise<Turn | undefined> => {
    const { bot } = await state;
    const integration = bot && findEnabledModel(bot.integrations, job.integrationType);
    const id = jobKeyOf(jobIdOf(job));
    if (!bot || !integration) return undefined;
    const { appKey, event, acceptedAt } = job;
    const turn: Turn = { id, appKey, bot, integration, event, acceptedAt };
    return job.check ? { ...turn, continues: { by: "check", pauseId: job.check.pauseId } } : turn;
  };

  const endMerged = ({ job, tries }: LeasedTurn, takenBy: string): EndedJob => {
    report("merged", job, { tries, takenBy });
    return { status: "ended", outcome: "merged", ending: { outcome: "merged", detail: takenBy } };
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

  const forwardUntilStopped = (
    run: TurnRun,
    admission: Promise<CountedTurn>,
    story: StoryRecorder,
  ): Promise<{
    readonly answered: Awaited<ReturnType<ForwardTurn>>;
    readonly stoppedBy: JobStop | undefined;
  }> => {
    const { turn, leased, lease, time } = run;
    const { job } = leased;
    const ports = {
      findStop: (options: Parameters<FindStop>[1]) => findStop(job, options),
      lost: lease.signal,
      clock,
      onError: logWarning(log, "stop_not_read", job),
    };
    // A turn may return without an end: then the user must not be told to wait, or see that the bot is typing.
    let hasEnded = false;
    const whileRunning = { ...lease, isHeld: () => !hasEnded && lease.isHeld() };
    return watchForStop(ports, async (watch) => {
      const checkpoints = checkpointsOf(leased, whileRunning);
      const receiverLease = receiverLeaseOf({ leased, lease: whileRunning, time }, jobs, checkpoints);
      const { receiver: inner, closed } = openReceiver(run, { lease: receiverLease, checkpoints, story });
      const receiver = makeStoppableReceiver(inner, watch, !turn.integration.stream);
      const limits: ForwardLimits = {
        deadline: time.deadline,
        signal: lease.signal,
        stop: watch.signal,
        checkStop: watch.check,
        admission,
      };
      try {
        const answered = await forwardTurn(turn, receiver, limits);
        return { answered, stoppedBy: receiver.stoppedBy() };
      } finally {
        checkpoints.close();
        await closed();
      }
    }).finally(() => {
      hasEnded = true;
    });
  };

  /** Rejects with a `LimitReachedError` if the turn is not admitted. */
  const admit = async ({ turn, leased: { job, tries } }: TurnRun): Promise<CountedTurn> => {
    // A further try of a turn, and a check of its answer, go on with what was counted.
    const wasCounted = tries > 1 || job.check !== undefined;
    const decision = await countTurn(countableTurnOf(turn), { wasCounted });
    if (decision.status === "limited") throw new LimitReachedError(decision.by, clock.now());
    return decision;
  };

  /** Rejects with a `LimitReachedError` if the turn is not admitted. */
  const answerTurn = async (run: TurnRun, more: readonly MessageEvent[]): Promise<AnsweredJob> => {
    const { turn, leased, lease } = run;
    const { job, tries } = leased;
    // The user did not wait for us while somebody else was asked, or while they wrote.
    const startedAt = job.check || job.merges ? clock.now() : job.acceptedAt;
    const admission = admit(run);
    // Handled by the turn; until then a refusal must not count as an unhandled rejection.
    admission.catch(() => {});
    const story = makeStoryRecorder({ clock, keepsText: keepsText(job.appKey) });
    const { answered, stoppedBy } = await forwardUntilStopped(run, admission, story);
    const counted = await admission;
    if (answered.status === "busy") {
      await counted.undo();
      return { status: "busy" };
    }
    if (answered.status === "not_continued") {
      const { reason } = answered;
      return reason === "finished"
        ? { status: "ended", outcome: "expired", ending: { outcome: "expired" } }
        : { status: "waiting", isRunning: reason === "running" };
    }
    if (stoppedBy === undefined) await checkPaused(job, answered.paused);
    await answered.cleanup;
    const { outcome, delivery } = answered;
    const isLost = delivery.status === "undelivered" && !lease.isHeld();
    if (outcome.status === "abandoned" || isLost) return { status: "abandoned" };
    const { integrationType } = job;
    const cause: WaitCause = leased.wasPostponed ? "limit" : "capacity";
    const wait = { since: job.redrivenAt ?? startedAt, cause };
    // The delay of a further try is that of the first one's failure, and nobody waits for a check. A sender may write for long.
    const isFirst = tries === 1 && !job.check && !job.merges;
    recordTurn({ channel: "im", integrationType, startedAt, ...(isFirst && { wait }) }, answered);
    await counted.end(answered.usage?.totalTokens ?? 0);
    const fields = { ...logFieldsOf(startedAt, answered), tries };
    const tookOver = leased.open !== undefined || leased.reference !== undefined;
    const ending = { ...story.ending(turn, answered), tookOver };
    if (stoppedBy !== undefined) {
      report(stoppedBy, job, fields);
      return { status: "ended", outcome: stoppedBy, ending: { ...ending, outcome: stoppedBy } };
    }
    if (delivery.status === "undelivered") {
      const letter = more.length > 0 ? { ...job, more } : job;
      await deadLetters.add(letter, { reason: delivery.reason, tries });
      report("given_up", job, fields);
      return { status: "ended", outcome: "given_up", ending };
    }
    report("delivered", job, fields, !isSuccessful(outcome));
    return { status: "ended", outcome: outcome.status, ending };
  };

  return {
    answer: async (leased, lease, time) => {
      const { job, tries } = leased;
      const turn = await findTurn(leased);
      const { stop } = await leased.state;
      // Its answer was paused before the chat was, and comes after it.
      if (stop === "stopped" && job.check) return { status: "waiting", isRunning: false };
      if (stop !== undefined) {
        if (turn) await closeLeftOpen({ turn, leased }, leased.open, completeReason.stopped);
        report(stop, job, { tries });
        return { status: "ended", outcome: stop, ending: { outcome: stop } };
      }
      if (!turn) {
        const reason = "the bot or its integration was removed or disabled";
        report("dropped", job, { reason });
        return { status: "ended", outcome: "dropped", ending: { outcome: "dropped", detail: reason } };
      }
      const run: TurnRun = { turn, leased, lease, time };
      if (job.command) return runCommand(run, job.command);
      const collected = await collectMessages(run);
      if (collected.status === "waiting") return { status: "collecting", pauseMs: collected.pauseMs };
      if (collected.status === "taken") return endMerged(leased, collected.takenBy);
      const merged: TurnRun = { ...run, turn: withMore(turn, collected.more) };
      return answerTurn(merged, collected.more).catch((error: unknown) => {
        if (error instanceof LimitReachedError) return refuseLimitedTurn(merged, error.by);
        throw error;
      });
    },

    sendFailure: async (leased, lease, time) => {
      const turn = await findTurn(leased).catch(() => undefined);
      if (!turn) return false;
      const closing = closeLeftOpen({ turn, leased }, leased.open, completeReason.brokenOff);
      const wasSent = await sendSentence(
        { turn, leased, lease, time },
        errorTextOf(turn.integration.options),
      );
      await closing;
      return wasSent;
    },
  };
};
