import type { Bot } from "#core/bot/bot.ts";
import type { Job } from "#core/jobs/job.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { BotDirectory } from "./bot-directory.ts";
import type { DispatchJobs } from "./dispatch-jobs.ts";
import { type IncomingMessage, toMessageEvent } from "./incoming-message.ts";
import type { MatchIntegrations } from "./matching.ts";
import { type Recipients, recipientsOf } from "./recipients.ts";
import { makeTriggeredJobs } from "./triggered-jobs.ts";

export interface AcceptMessagesPorts {
  readonly bots: BotDirectory;
  readonly matchIntegrations: MatchIntegrations;
  readonly dispatchJobs: DispatchJobs;
  readonly clock: Clock;
}

export interface AcceptedMessages {
  /** How many came of them, all safely queued. */
  readonly jobs: number;
  /** Whether a bot sent them. */
  readonly fromBot: boolean;
}

/** Takes messages of one sender. */
export type AcceptMessages = (
  appKey: string,
  fromUserId: string,
  messages: readonly IncomingMessage[],
) => Promise<AcceptedMessages>;

interface AddressedMessage {
  readonly message: IncomingMessage;
  readonly to: Recipients;
}

/** Of more ids than this it is asked first which are bots at all: content may name thousands of users, an app has few bots. */
const maxIdsPerLookup = 100;

/** Queues a job for each integration that a message triggers, of each bot that it speaks to. */
export const makeAcceptMessages = ({
  bots,
  matchIntegrations,
  dispatchJobs,
  clock,
}: AcceptMessagesPorts): AcceptMessages => {
  const triggeredJobs = makeTriggeredJobs(matchIntegrations);

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

  const spokenTo = (known: ReadonlyMap<string, Bot>, { message, to }: AddressedMessage): Bot[] => {
    if (to.everyone && message.directedTo.length === 0) return [...known.values()];
    return [...new Set(to.userIds)].flatMap((userId) => known.get(userId) ?? []);
  };

  return async (appKey, fromUserId, messages) => {
    const acceptedAt = clock.now();
    const addressed = messages.map((message) => ({ message, to: recipientsOf(message) }));
    const known = await findBots(appKey, fromUserId, addressed);
    // A bot's own message fires nothing: two bots would talk for ever.
    if (known.has(fromUserId)) return { jobs: 0, fromBot: true };

    const jobsFor = (each: AddressedMessage): Job[] => {
      const event = toMessageEvent(each.message, acceptedAt);
      const { everyone } = each.to;
      return spokenTo(known, each).flatMap((bot) =>
        triggeredJobs(bot, { appKey, event, everyone, acceptedAt }),
      );
    };

    const jobs = addressed.flatMap(jobsFor);
    if (jobs.length > 0) await dispatchJobs(jobs);
    return { jobs: jobs.length, fromBot: false };
  };
};
