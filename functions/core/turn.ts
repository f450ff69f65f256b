import type { Bot } from "./bot.ts";
import type { EventType } from "./event-type.ts";
import type { DifyType, OpenDifyIntegration } from "./integration.ts";
import type { MessageEvent } from "./message-event.ts";

/** One message from a user to a bot through one Dify integration, whichever way it came in and goes out. */
export interface Turn {
  readonly appKey: string;
  readonly bot: Bot;
  readonly integration: OpenDifyIntegration;
  readonly event: MessageEvent;
}

/** What tells one turn from every other: a message delivered twice has the same. */
export interface TurnId {
  readonly appKey: string;
  /** A recall of a message has the message's own msgUID. */
  readonly eventType: EventType;
  readonly msgUID: string;
  readonly botUserId: string;
  readonly integrationType: DifyType;
}

/** A turn on its way to a worker. It carries ids and the event, never a key: the worker reads the bot afresh. */
export interface TurnJob {
  readonly appKey: string;
  readonly botUserId: string;
  readonly integrationType: DifyType;
  readonly event: MessageEvent;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
}

export const turnIdOf = (job: TurnJob): TurnId => ({
  appKey: job.appKey,
  eventType: job.event.type,
  msgUID: job.event.data.msgUID,
  botUserId: job.botUserId,
  integrationType: job.integrationType,
});

/** Hands jobs to the workers: jobs of one conversation in order, a repeated one once. */
export interface TurnQueue {
  /** Resolves when every job is safely queued, rejects if one is not. */
  send(jobs: readonly TurnJob[]): Promise<void>;
}
