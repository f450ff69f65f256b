import type { Bot } from "#core/bot/bot.ts";
import { defaultEvents, isMessageType } from "#core/bot/event-type.ts";
import type { Integration } from "#core/bot/integration.ts";
import { type MatchesPattern, makeMatchesFilter } from "#core/bot/keyword-filter.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { messageText } from "#core/message/message-text.ts";
import { signalNames } from "#core/message/signal-names.ts";

/** Returns the bot's integrations that an event triggers. Each is matched independently. */
export type MatchIntegrations = (bot: Bot, event: MessageEvent) => Integration[];

const subscribesTo = (integration: Integration, event: MessageEvent): boolean => {
  if (!integration.enabled) return false;
  const events = integration.events.length > 0 ? integration.events : defaultEvents;
  if (!events.includes(event.type)) return false;
  if (!isMessageType(event.type)) return true;
  const { objectName } = event.data;
  return integration.objectNames.length > 0
    ? integration.objectNames.includes(objectName)
    : !signalNames.has(objectName);
};

/** A filter needs text: images and events other than messages do not pass it. */
export const makeMatchIntegrations = (matchesPattern: MatchesPattern): MatchIntegrations => {
  const matchesFilter = makeMatchesFilter(matchesPattern);

  const passesFilter = ({ options }: Integration, bot: Bot, event: MessageEvent): boolean => {
    if (!options.filter) return true;
    const text = isMessageType(event.type) ? messageText(bot, event) : undefined;
    return text !== undefined && matchesFilter(options.filter, text);
  };

  return (bot, event) =>
    bot.integrations.filter(
      (integration) => subscribesTo(integration, event) && passesFilter(integration, bot, event),
    );
};
