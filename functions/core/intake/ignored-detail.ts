import { defaultEvents } from "#core/bot/event-type.ts";
import type { Integration } from "#core/bot/integration.ts";
import { filterKinds } from "#core/bot/keyword-filter.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import type { IgnoreReason } from "./ignored-message.ts";

/** Object names and events of an integration, as many as a log line needs. */
const maxNames = 10;

const listOf = (names: readonly string[]): string =>
  names.length <= maxNames
    ? names.join(", ")
    : `${names.slice(0, maxNames).join(", ")} and ${names.length - maxNames} more`;

/**
 * What an integration knows and the event does not match, for logs: names and never a text. Undefined if the reason says all.
 */
export const ignoredDetail = (
  { events, objectNames, options }: Pick<Integration, "events" | "objectNames" | "options">,
  { type, data: { objectName } }: MessageEvent,
  reason: IgnoreReason,
): string | undefined => {
  switch (reason) {
    case "event":
      return `event ${type} is not one of ${listOf(events.length > 0 ? events : defaultEvents)}`;
    case "object_name":
      return objectNames.length > 0
        ? `objectName ${objectName} is not one of ${listOf(objectNames)}`
        : `objectName ${objectName} is a signal, which only integrations take that name it in objectNames`;
    case "filter": {
      const kinds = filterKinds.filter((kind) => (options.filter?.[kind] ?? []).length > 0);
      return `the message has no text that matches an entry of ${listOf(kinds)}`;
    }
    default:
      return undefined;
  }
};
