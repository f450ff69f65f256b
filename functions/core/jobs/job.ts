import type { CommandName } from "#core/bot/commands.ts";
import { type EventType, isMessageType } from "#core/bot/event-type.ts";
import type { IntegrationType, ModelType } from "#core/bot/integration-types.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import type { SentMessage } from "#core/message/recall.ts";

/** Checks of an answer that waits for human input. Times are in milliseconds since the epoch. */
export interface PauseCheck {
  readonly pauseId: string;
  readonly since: number;
  /** When to stop checking. */
  readonly until: number;
  /** How often the job was sent: a message that stays in a queue for long looks like one that is stuck. */
  readonly round: number;
  /** When this message was sent, and when to check next. */
  readonly sentAt: number;
  readonly nextAt: number;
}

/** An event for one integration of a bot. It contains ids and the event, never a key: the worker reads the bot itself. */
export interface Job<T extends IntegrationType = IntegrationType> {
  readonly appKey: string;
  readonly botUserId: string;
  readonly integrationType: T;
  readonly event: MessageEvent;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** Whether the group shares one context: then the turns of all its members run one after another. */
  readonly sharesContext?: boolean;
  /** The message is a command: its job asks no model. */
  readonly command?: CommandName;
  /** The message may be asked together with others of its sender (option `merge`). */
  readonly merges?: boolean;
  /** Of a dead letter: the messages that the job has taken from others of its sender. */
  readonly more?: readonly MessageEvent[];
  /** The job checks whether an answer that waits for human input has continued, and delivers its rest. */
  readonly check?: PauseCheck;
  /** When it was moved from the dead letters back to the queue, in milliseconds since the epoch. */
  readonly redrivenAt?: number;
}

/** A job for a model. */
export type TurnJob = Job<ModelType>;
/** A job for the app's server. */
export type WebhookJob = Job<"webhook">;

export const isTurnJob = (job: Job): job is TurnJob => job.integrationType !== "webhook";
export const isWebhookJob = (job: Job): job is WebhookJob => job.integrationType === "webhook";

/** Identifies a job: a message that is delivered twice has the same id. */
export interface JobId {
  readonly appKey: string;
  /** Part of the id because the recall of a message has the same msgUID as the message. */
  readonly eventType: EventType;
  readonly msgUID: string;
  /** Part of the id because ten users who read a message cause ten events with its msgUID. */
  readonly fromUserId: string;
  readonly botUserId: string;
  readonly integrationType: IntegrationType;
  /** Of a job that checks a paused answer. */
  readonly pauseId?: string;
}

export const jobIdOf = (job: Job): JobId => ({
  appKey: job.appKey,
  eventType: job.event.type,
  msgUID: job.event.data.msgUID,
  fromUserId: job.event.data.fromUserId,
  botUserId: job.botUserId,
  integrationType: job.integrationType,
  ...(job.check && { pauseId: job.check.pauseId }),
});

/** A job's id as one string. JSON, since ids may contain any separator. */
export const jobKeyOf = ({
  appKey,
  eventType,
  msgUID,
  fromUserId,
  botUserId,
  integrationType,
  pauseId,
}: JobId): string => {
  const parts = [appKey, eventType, msgUID, fromUserId, botUserId, integrationType];
  return JSON.stringify(pauseId === undefined ? parts : [...parts, pauseId]);
};

/** The job's message, whose recall ends the job; undefined for other events, which cannot be taken back. */
export const recallableOf = ({ appKey, botUserId, event }: Job): SentMessage | undefined => {
  const { channelType, toUserId, msgUID } = event.data;
  if (!isMessageType(event.type)) return undefined;
  return { appKey, channelType, targetId: channelType === "PERSON" ? botUserId : toUserId, msgUID };
};

/** Passes jobs to the workers: jobs of one conversation in order, duplicates once. */
export interface JobQueue<J extends Job = Job> {
  /** Resolves when all jobs are queued; rejects if any is not. */
  send(jobs: readonly J[]): Promise<void>;
}

/** Jobs that were given up, kept until an operator redrives them (docs/runbook.md). */
export interface DeadLetters<J extends Job = Job> {
  add(job: J, cause: DeadLetterCause): Promise<void>;
}

export interface DeadLetterCause {
  readonly reason: string;
  /** Number of times that the job was handed to a worker. */
  readonly tries: number;
}
