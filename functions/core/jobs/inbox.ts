import type { ModelType } from "#core/bot/integration-types.ts";
import type { ChannelType, MessageEvent } from "#core/message/message-event.ts";
import type { TurnJob } from "./job.ts";

/** The messages that may be merged: those of one sender to one bot, in one chat, for one integration, of half an hour of the clock. */
export interface InboxId {
  readonly appKey: string;
  readonly botUserId: string;
  readonly integrationType: ModelType;
  readonly channelType: ChannelType;
  /** The bot for PERSON, the group for GROUP. */
  readonly toUserId: string;
  readonly fromUserId: string;
  /** When one of them was accepted, in milliseconds since the epoch. */
  readonly acceptedAt: number;
}

export const inboxIdOf = ({ appKey, botUserId, integrationType, event, acceptedAt }: TurnJob): InboxId => {
  const { channelType, toUserId, fromUserId } = event.data;
  return { appKey, botUserId, integrationType, channelType, toUserId, fromUserId, acceptedAt };
};

/** A message that is asked alone, or together with others of its sender. */
export interface InboxMessage {
  readonly event: MessageEvent;
  /** When the bridge accepted it, in milliseconds since the epoch. */
  readonly acceptedAt: number;
  /** The `msgUID` of the message whose job asks this one, which may be its own; undefined until then. */
  readonly takenBy?: string | undefined;
}

/**
 * The messages that an integration may merge, encrypted. Each has a job in the queue as well; the first of them takes the
 * messages of those behind it.
 */
export interface InboxStore {
  /** Adds the message of a job, once. One that is too large, or one too many, is not added: its own job asks it. */
  add(job: TurnJob): Promise<void>;
  /** Records that the job asks these messages. False if another asks one of them: then none is recorded. */
  take(job: TurnJob, msgUIDs: readonly string[]): Promise<boolean>;
}

/** The job with the messages that it has taken: the inbox does not last as long as a dead letter. */
export const withTaken = (job: TurnJob, inbox: readonly InboxMessage[]): TurnJob => {
  const { msgUID } = job.event.data;
  const more = inbox.filter(({ event, takenBy }) => takenBy === msgUID && event.data.msgUID !== msgUID);
  return more.length === 0 ? job : { ...job, more: more.map(({ event }) => event) };
};
