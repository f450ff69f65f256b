import type { BotProfile } from "#core/answer/model.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { wellFormed } from "#core/shared/well-formed.ts";

interface NestedFields {
  readonly [name: string]: string | number | NestedFields | undefined;
}

const flatten = (fields: NestedFields, prefix: string, into: Map<string, string>): Map<string, string> => {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (typeof value === "object") flatten(value, `${prefix}${name}_`, into);
    else into.set(`${prefix}${name}`, String(value));
  }
  return into;
};

/**
 * The inputs of an app: the fields of the event, with nested names joined by `_`, and each metadata pair under its own name,
 * so metadata `{"tone":…}` fills a variable `tone` (docs/spec/rongcloud.md, section 7). All values are strings, as Dify's text
 * fields reject numbers. Event fields take precedence over metadata.
 */
export const difyInputs = (bot: BotProfile, event: MessageEvent): Record<string, string> => {
  const { userId, name, profileUrl, type, metadata } = bot;
  const eventFields = flatten(
    {
      type: event.type,
      timestamp: event.timestamp,
      bot: { userId, name, profileUrl, type },
      data: event.data,
    },
    "",
    new Map(),
  );
  for (const [key, value] of Object.entries(metadata)) eventFields.set(`bot_metadata_${key}`, value);
  return Object.fromEntries(
    [...Object.entries(metadata), ...eventFields].map(([field, value]) => [field, wellFormed(value)]),
  );
};
