import type { Bot } from "#core/bot/bot.ts";
import type { Job } from "#core/jobs/job.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { sharesContext } from "#core/turn/conversation.ts";
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

/** Returns a job for each of the bot's integrations that the event triggers. */
export type TriggeredJobs = (bot: Bot, incoming: IncomingEvent) => Job[];

export const makeTriggeredJobs =
  (matchIntegrations: MatchIntegrations): TriggeredJobs =>
  (bot, { appKey, event, everyone, acceptedAt }) =>
    matchIntegrations(bot, event)
      .filter(({ options }) => !everyone || options.everyone === true)
      .map((integration) => ({
        appKey,
        botUserId: bot.userId,
        integrationType: integration.type,
        event,
        acceptedAt,
        ...(sharesContext(integration, event) && { sharesContext: true }),
      }));
