import type { Bot } from "./bot.ts";
import { defaultEvents } from "./event-type.ts";
import type { Integration } from "./integration.ts";
import type { MessageEvent } from "./message-event.ts";

const isMessage = (event: MessageEvent): boolean =>
  event.type === "message:private" || event.type === "message:group_mentioned";

const fires = (integration: Integration, event: MessageEvent): boolean => {
  if (!integration.enabled) return false;
  const events = integration.events.length > 0 ? integration.events : defaultEvents;
  if (!events.includes(event.type)) return false;
  if (!isMessage(event) || integration.objectNames.length === 0) return true;
  return integration.objectNames.includes(event.data.objectName);
};

/** The bot's integrations that this event triggers, each on its own. */
export const matchIntegrations = (bot: Bot, event: MessageEvent): Integration[] =>
  bot.integrations.filter((integration) => fires(integration, event));
