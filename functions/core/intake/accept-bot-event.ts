import { isMessageType } from "#core/bot/event-type.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { type RecallStore, recallOf } from "#core/message/recall.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { BotDirectory } from "./bot-directory.ts";
import type { DispatchJobs } from "./dispatch-jobs.ts";
import type { ReportIgnored } from "./ignored-message.ts";
import type { MatchIntegrations } from "./matching.ts";
import { mentionsEveryone } from "./recipients.ts";
import { makeTriggeredJobs } from "./triggered-jobs.ts";

export interface AcceptBotEventPorts {
  readonly bots: BotDirectory;
  readonly matchIntegrations: MatchIntegrations;
  readonly reportIgnored: ReportIgnored;
  readonly recalls: Pick<RecallStore, "add">;
  readonly dispatchJobs: DispatchJobs;
  readonly clock: Clock;
}

export type AcceptedBotEvent =
  /** `jobs`: the number of jobs that the event triggered; all are queued. */
  | { readonly status: "accepted"; readonly jobs: number }
  /** The app has no such bot in the bridge. */
  | { readonly status: "unknown_bot" };

/** `admission`: see `AcceptMessages`. */
export type AcceptBotEvent = (
  appKey: string,
  botUserId: string,
  event: MessageEvent,
  admission?: Promise<void>,
) => Promise<AcceptedBotEvent>;

/**
 * Queues a job for each integration of the bot that the event triggers, and stores recalls. RongCloud determines the bot;
 * otherwise events are handled like messages from other entry points.
 */
export const makeAcceptBotEvent = ({
  bots,
  matchIntegrations,
  reportIgnored,
  recalls,
  dispatchJobs,
  clock,
}: AcceptBotEventPorts): AcceptBotEvent => {
  const triggeredJobs = makeTriggeredJobs({ matchIntegrations, reportIgnored });

  return async (appKey, botUserId, event, admission) => {
    const acceptedAt = clock.now();
    const { fromUserId, content } = event.data;
    const finding = bots.find(appKey, [...new Set([botUserId, fromUserId])]);
    const [found] = await Promise.all([finding, admission]);
    const bot = found.find(({ userId }) => userId === botUserId);
    if (!bot) {
      reportIgnored({ appKey, event, botUserId, reason: "no_bot" });
      return { status: "unknown_bot" };
    }
    const isMessage = isMessageType(event.type);
    // Only for messages: in group events, the sender may be the bot itself.
    if (isMessage && found.some(({ userId }) => userId === fromUserId)) {
      reportIgnored({ appKey, event, botUserId, reason: "from_bot" });
      return { status: "accepted", jobs: 0 };
    }
    const recall = recallOf(appKey, botUserId, event);
    if (recall) await recalls.add(recall);
    const everyone = isMessage && event.data.channelType === "GROUP" && mentionsEveryone(content);
    const jobs = triggeredJobs(bot, { appKey, event, everyone, acceptedAt });
    if (jobs.length > 0) await dispatchJobs(jobs);
    return { status: "accepted", jobs: jobs.length };
  };
};
