import type { Bot } from "#core/bot/bot.ts";
import { isMessageType } from "#core/bot/event-type.ts";
import { canAnswer } from "#core/bot/integration.ts";
import type { Job } from "#core/jobs/job.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { recallOf } from "#core/message/recall.ts";
import { sharesContext } from "#core/turn/conversation.ts";
import { ignoredDetail } from "./ignored-detail.ts";
import { furthest, type ReportIgnored } from "./ignored-message.ts";
import type { IntegrationMatch, MatchIntegrations } from "./matching.ts";

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
    const all = matches.filter(({ ignored }) => ignored === undefined);
    const isCommand = all.some(({ command }) => command !== undefined);
    // A model is not asked what is a command for another integration. Webhooks get every message.
    const triggered = all.filter(
      ({ command, integration }) => !isCommand || command !== undefined || !canAnswer(integration),
    );
    if (triggered.length === 0) {
      const isRecall = recallOf(appKey, botUserId, event) !== undefined;
      const reason = isRecall ? "recall" : furthest(matches.flatMap(({ ignored }) => ignored ?? []));
      const closest = matches.find(({ ignored }) => ignored === reason);
      const detail = closest && ignoredDetail(closest.integration, event, reason);
      reportIgnored({ appKey, event, botUserId, reason, detail });
    }
    // Members of a shared context would wait for each other.
    const mayMerge = ({ integration, command }: IntegrationMatch): boolean =>
      integration.options.merge !== undefined &&
      command === undefined &&
      isMessageType(event.type) &&
      !sharesContext(integration, event);
    return triggered.map((match) => ({
      appKey,
      botUserId,
      integrationType: match.integration.type,
      event,
      acceptedAt,
      ...(match.command && { command: match.command }),
      ...(mayMerge(match) && { merges: true }),
      ...(sharesContext(match.integration, event) && { sharesContext: true }),
    }));
  };
