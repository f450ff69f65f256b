import type { Bot } from "#core/bot/bot.ts";
import { defaultEvents, isMessageType } from "#core/bot/event-type.ts";
import type { Integration } from "#core/bot/integration.ts";
import { type MatchesPattern, makeMatchesFilter } from "#core/bot/keyword-filter.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { messageText } from "#core/message/message-text.ts";
import { signalNames } from "#core/message/signal-names.ts";
import type { IgnoreReason } from "./ignored-message.ts";

export interface IntegrationMatch {
  readonly integration: Integration;
  /** Undefined: the event triggers the integration. */
  readonly ignored: IgnoreReason | undefined;
}

/** Matches an event with each of the bot's integrations, independently. */
export type MatchIntegrations = (bot: Bot, event: MessageEvent) => IntegrationMatch[];

const takes = ({ objectNames }: Integration, objectName: string): boolean =>
  objectNames.length > 0 ? objectNames.includes(objectName) : !signalNames.has(objectName);

/** A filter needs text: images and events other than messages do not pass it. */
export const makeMatchIntegrations = (matchesPattern: MatchesPattern): MatchIntegrations => {
  const matchesFilter = makeMatchesFilter(matchesPattern);

  const passesFilter = ({ options }: Integration, bot: Bot, event: MessageEvent): boolean => {
    if (!options.filter) return true;
    const text = isMessageType(event.type) ? messageText(bot, event) : undefined;
    return text !== undefined && matchesFilter(options.filter, text);
  };

  const reasonOf = (integration: Integration, bot: Bot, event: MessageEvent): IgnoreReason | undefined => {
    if (!integration.enabled) return "disabled";
    const events = integration.events.length > 0 ? integration.events : defaultEvents;
    if (!events.includes(event.type)) return "event";
    if (isMessageType(event.type) && !takes(integration, event.data.objectName)) return "object_name";
    return passesFilter(integration, bot, event) ? undefined : "filter";
  };

  return (bot, event) =>
    bot.integrations.map((integration) => ({ integration, ignored: reasonOf(integration, bot, event) }));
};
