import type { EventType } from "#core/bot/event-type.ts";
import type { IntegrationType, ModelType } from "#core/bot/integration-types.ts";
import type { MessageEvent } from "#core/message/message-event.ts";

/** An event on its way to one integration of a bot. It carries ids and the event, never a key: the worker reads the bot afresh. */
export interface Job<T extends IntegrationType = IntegrationType> {
  readonly appKey: string;
  readonly botUserId: string;
  readonly integrationType: T;
  readonly event: MessageEvent;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** Whether its group shares one context: then the turns of all its members go one after another. */
  readonly sharesContext?: boolean;
  /** When it was taken out of the dead letters to run again, in milliseconds since the epoch. */
  readonly redrivenAt?: number;
}

/** For a model. */
export type TurnJob = Job<ModelType>;
/** For the app's server. */
export type WebhookJob = Job<"webhook">;

export const isTurnJob = (job: Job): job is TurnJob => job.integrationType !== "webhook";
export const isWebhookJob = (job: Job): job is WebhookJob => job.integrationType === "webhook";

/** Identifies a job: a message that is delivered twice gives the same id. */
export interface JobId {
  readonly appKey: string;
  /** A recall of a message has the message's own msgUID. */
  readonly eventType: EventType;
  readonly msgUID: string;
  /** Ten people who read one message are ten events of its msgUID. */
  readonly fromUserId: string;
  readonly botUserId: string;
  readonly integrationType: IntegrationType;
}

export const jobIdOf = (job: Job): JobId => ({
  appKey: job.appKey,
  eventType: job.event.type,
  msgUID: job.event.data.msgUID,
  fromUserId: job.event.data.fromUserId,
  botUserId: job.botUserId,
  integrationType: job.integrationType,
});

/** A job's id as one string, as JSON, since ids may contain any separator. */
export const jobKeyOf = ({
  appKey,
  eventType,
  msgUID,
  fromUserId,
  botUserId,
  integrationType,
}: JobId): string => JSON.stringify([appKey, eventType, msgUID, fromUserId, botUserId, integrationType]);

/** Hands jobs to the workers: jobs of one conversation in order, a repeated one once. */
export interface JobQueue<J extends Job = Job> {
  /** Resolves when every job is safely queued, rejects if one is not. */
  send(jobs: readonly J[]): Promise<void>;
}

/** Jobs that were given up, kept until a person runs them again (docs/runbook.md). */
export interface DeadLetters<J extends Job = Job> {
  add(job: J, cause: DeadLetterCause): Promise<void>;
}

export interface DeadLetterCause {
  readonly reason: string;
  /** How often it was handed to a worker. */
  readonly tries: number;
}
