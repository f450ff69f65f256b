import type { Bot } from "#core/bot/bot.ts";
import { type CommandName, findCommand } from "#core/bot/commands.ts";
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
  /** The command that the message is; undefined if it is none. */
  readonly command?: CommandName | undefined;
}

/** Matches an event with each of the bot's integrations, independently. */
export type MatchIntegrations = (bot: Bot, event: MessageEvent) => IntegrationMatch[];

const takes = ({ objectNames }: Integration, objectName: string): boolean =>
  objectNames.length > 0 ? objectNames.includes(objectName) : !signalNames.has(objectName);

const triggered = { ignored: undefined };

/** A filter needs text: images and events other than messages do not pass it. Commands need not pass it. */
export const makeMatchIntegrations = (matchesPattern: MatchesPattern): MatchIntegrations => {
  const matchesFilter = makeMatchesFilter(matchesPattern);

  const matchText = (
    { options: { filter, commands } }: Integration,
    bot: Bot,
    event: MessageEvent,
  ): Omit<IntegrationMatch, "integration"> => {
    if (!filter && !commands) return triggered;
    const text = isMessageType(event.type) ? messageText(bot, event) : undefined;
    const command = text === undefined ? undefined : findCommand(commands, text);
    if (command !== undefined) return { ...triggered, command };
    const passes = !filter || (text !== undefined && matchesFilter(filter, text));
    return passes ? triggered : { ignored: "filter" };
  };

  const match = (
    integration: Integration,
    bot: Bot,
    event: MessageEvent,
  ): Omit<IntegrationMatch, "integration"> => {
    if (!integration.enabled) return { ignored: "disabled" };
    const events = integration.events.length > 0 ? integration.events : defaultEvents;
    if (!events.includes(event.type)) return { ignored: "event" };
    if (isMessageType(event.type) && !takes(integration, event.data.objectName))
      return { ignored: "object_name" };
    return matchText(integration, bot, event);
  };

  return (bot, event) =>
    bot.integrations.map((integration) => ({ integration, ...match(integration, bot, event) }));
};
