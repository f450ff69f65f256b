import type { AnswerReceiver } from "#core/answer/answer-sink.ts";
import type { BotWithKeys } from "#core/bot/bot.ts";
import type { ContinuableMessage } from "#core/im/continued-delivery.ts";
import type { OpenMessage, ReceiverLease } from "#core/im/im-messages.ts";
import type { ExtendableLease } from "#core/shared/lease.ts";
import type { DeliveryWatch } from "#core/turn/story-recorder.ts";
import type { Turn } from "#core/turn/turn.ts";
import type { InboxMessage } from "./inbox.ts";
import { jobIdOf, type TurnJob } from "./job.ts";
import type { LeasedJob } from "./job-lease.ts";
import type { JobStop } from "./job-stop.ts";
import type { JobStore, TurnCheckpoint } from "./job-store.ts";

/** What a worker reads before it runs a turn. */
export interface TurnJobState {
  /** Undefined if the bot was removed. */
  readonly bot: BotWithKeys | undefined;
  readonly stop: JobStop | undefined;
  /** The messages of the job's sender, its own among them, if the job `merges`. */
  readonly inbox: readonly InboxMessage[];
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

/** A worker's time limits, in milliseconds since the epoch. */
export interface WorkerTime {
  /** When the answer must be complete. */
  readonly deadline: number;
  /** When the last call to the IM may start. */
  readonly deliverBy: number;
}

/** A turn, and the worker that runs it. */
export interface TurnRun {
  readonly turn: Turn;
  readonly leased: LeasedTurn;
  readonly lease: ExtendableLease;
  readonly time: WorkerTime;
}

/** A receiver that goes on with a stream message of an earlier worker, if it was given one and the bot still streams. */
export interface DeliveryReceiver extends AnswerReceiver {
  /** The answer begins again in another message. Resolves with the message of the earlier worker, to close it. */
  readonly restart?: (() => Promise<OpenMessage>) | undefined;
}

interface DeliveryOptions {
  /** The stream message to go on with. */
  readonly open?: ContinuableMessage | undefined;
  readonly watch?: DeliveryWatch | undefined;
}

export type ReceiverFor = (turn: Turn, lease: ReceiverLease, options?: DeliveryOptions) => DeliveryReceiver;

/** What a delivery may know of the run. */
export const receiverLeaseOf = (
  { leased, lease, time }: Omit<TurnRun, "turn">,
  jobs: Pick<JobStore, "claimNotice">,
  checkpoints: Pick<ReceiverLease, "onOpen" | "isResumable" | "saveOpen">,
): ReceiverLease => ({
  isHeld: lease.isHeld,
  deliverBy: time.deliverBy,
  answersInProgress: leased.answersInProgress,
  ...checkpoints,
  claimNotice: () => jobs.claimNotice(jobIdOf(leased.job), leased.lease.token),
});
