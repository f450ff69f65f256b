import type { Bot } from "#core/bot/bot.ts";
import { isMessageType } from "#core/bot/event-type.ts";
import type { Job } from "#core/jobs/job.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { recallOf } from "#core/message/recall.ts";
import { sharesContext } from "#core/turn/conversation.ts";
import { ignoredDetail } from "./ignored-detail.ts";
import { furthest, type ReportIgnored } from "./ignored-message.ts";
import type { MatchIntegrations } from "./matching.ts";

/** An event as received. */
export interface IncomingEvent {
  readonly appKey: string;
  readonly event: MessageEvent;
  /** Whether the bot is addressed only by a mention of everyone. */
  readonly everyone: boolean;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
}

/** Returns a job for each of the bot's integrations that the event triggers. Reports an event that triggers none. */
export type TriggeredJobs = (bot: Bot, incoming: IncomingEvent) => Job[];

export interface TriggeredJobsPorts {
  readonly matchIntegrations: MatchIntegrations;
  readonly reportIgnored: ReportIgnored;
}

export const makeTriggeredJobs =
  ({ matchIntegrations, reportIgnored }: TriggeredJobsPorts): TriggeredJobs =>
  (bot, { appKey, event, everyone, acceptedAt }) => {
    const botUserId = bot.userId;
    const matches = matchIntegrations(bot, event).map(({ ignored, ...match }) => {
      const isForEveryone = match.integration.options.everyone === true;
      return { ...match, ignored: ignored ?? (everyone && !isForEveryone ? "only_everyone" : undefined) };
    });
    const triggered = matches.filter(({ ignored }) => ignored === undefined);
    if (triggered.length === 0) {
      const isRecall = recallOf(appKey, botUserId, event) !== undefined;
      const reason = isRecall ? "recall" : furthest(matches.flatMap(({ ignored }) => ignored ?? []));
      const closest = matches.find(({ ignored }) => ignored === reason);
      const detail = closest && ignoredDetail(closest.integration, event, reason);
      reportIgnored({ appKey, event, botUserId, reason, detail });
    }
    return triggered.map(({ integration, command }) => ({
      appKey,
      botUserId,
      integrationType: integration.type,
      event,
      acceptedAt,
      ...(command && { command }),
      ...(integration.options.merge && !command && isMessageType(event.type) && { merges: true }),
      ...(sharesContext(integration, event) && { sharesContext: true }),
    }));
  };
