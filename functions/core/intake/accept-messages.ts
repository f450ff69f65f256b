import type { Bot } from "#core/bot/bot.ts";
import type { Job } from "#core/jobs/job.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { type RecallStore, recallOf } from "#core/message/recall.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { BotDirectory } from "./bot-directory.ts";
import type { DispatchJobs } from "./dispatch-jobs.ts";
import type { IgnoreReason, ReportIgnored } from "./ignored-message.ts";
import { type IncomingMessage, toMessageEvent } from "./incoming-message.ts";
import type { MatchIntegrations } from "./matching.ts";
import { type Recipients, recipientsOf } from "./recipients.ts";
import { makeTriggeredJobs } from "./triggered-jobs.ts";

export interface AcceptMessagesPorts {
  readonly bots: BotDirectory;
  readonly matchIntegrations: MatchIntegrations;
  readonly reportIgnored: ReportIgnored;
  readonly recalls: Pick<RecallStore, "add">;
  readonly dispatchJobs: DispatchJobs;
  readonly clock: Clock;
}

export interface AcceptedMessages {
  /** The number of jobs that the messages triggered; all are queued. */
  readonly jobs: number;
  /** Whether the sender is a bot. */
  readonly fromBot: boolean;
}

/**
 * Accepts messages from one sender, and recalls of messages. Rejects if a job could not be queued, or a recall not stored.
 * `admission`: whether the messages may be accepted, decided while their bots are looked up. If it rejects, so does this, and
 * nothing has happened.
 */
export type AcceptMessages = (
  appKey: string,
  fromUserId: string,
  messages: readonly IncomingMessage[],
  admission?: Promise<void>,
) => Promise<AcceptedMessages>;

interface AddressedMessage {
  readonly message: IncomingMessage;
  readonly to: Recipients;
  readonly event: MessageEvent;
}

/**
 * For more ids than this, the ids of all bots are read first: content may mention thousands of users, but an app has few
 * bots.
 */
const maxIdsPerLookup = 100;

/** Queues a job for each integration that a message triggers, for each bot that the message addresses. */
export const makeAcceptMessages = ({
  bots,
  matchIntegrations,
  reportIgnored,
  recalls,
  dispatchJobs,
  clock,
}: AcceptMessagesPorts): AcceptMessages => {
  const triggeredJobs = makeTriggeredJobs({ matchIntegrations, reportIgnored });

  const ignore = (appKey: string, event: MessageEvent, reason: IgnoreReason): void =>
    reportIgnored({ appKey, event, botUserId: undefined, reason });

  const idsToFind = async (
    appKey: string,
    fromUserId: string,
    addressed: readonly AddressedMessage[],
  ): Promise<string[]> => {
    const named = [...new Set([fromUserId, ...addressed.flatMap(({ to }) => to.userIds)])];
    const everyone = addressed.some(({ to }) => to.everyone);
    if (!everyone && named.length <= maxIdsPerLookup) return named;
    const botIds = await bots.ids(appKey);
    return everyone ? [...new Set([fromUserId, ...botIds])] : named.filter((userId) => botIds.has(userId));
  };

  const findBots = async (appKey: string, fromUserId: string, addressed: readonly AddressedMessage[]) => {
    const found = await bots.find(appKey, await idsToFind(appKey, fromUserId, addressed));
    return new Map(found.map((bot) => [bot.userId, bot]));
  };

  const addressedBots = (bots: ReadonlyMap<string, Bot>, { message, to }: AddressedMessage): Bot[] => {
    if (to.everyone && message.directedTo.length === 0) return [...bots.values()];
    return [...new Set(to.userIds)].flatMap((userId) => bots.get(userId) ?? []);
  };

  return async (appKey, fromUserId, messages, admission) => {
    const acceptedAt = clock.now();
    const addressed = messages.map((message) => ({
      message,
      to: recipientsOf(message),
      event: toMessageEvent(message, acceptedAt),
    }));
    const [botsById] = await Promise.all([findBots(appKey, fromUserId, addressed), admission]);
    if (botsById.has(fromUserId)) {
      for (const { event } of addressed) ignore(appKey, event, "from_bot");
      return { jobs: 0, fromBot: true };
    }

    /** In a group a recall does not say which bots the message addressed. */
    const addRecall = async ({ event }: AddressedMessage): Promise<void> => {
      const { channelType, toUserId } = event.data;
      const recall = recallOf(appKey, toUserId, event);
      if (recall && (channelType === "GROUP" || botsById.has(toUserId))) await recalls.add(recall);
    };

    const jobsFor = (each: AddressedMessage): Job[] => {
      const { event, to } = each;
      const bots = addressedBots(botsById, each);
      if (bots.length === 0) {
        ignore(appKey, event, event.data.channelType === "GROUP" ? "not_mentioned" : "no_bot");
      }
      return bots.flatMap((bot) => triggeredJobs(bot, { appKey, event, everyone: to.everyone, acceptedAt }));
    };

    await Promise.all(addressed.map(addRecall));

    const jobs = addressed.flatMap(jobsFor);
    if (jobs.length > 0) await dispatchJobs(jobs);
    return { jobs: jobs.length, fromBot: false };
  };
};
