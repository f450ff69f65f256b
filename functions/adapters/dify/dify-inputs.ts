import type { BotProfile } from "#core/answer/model.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { wellFormed } from "#core/shared/well-formed.ts";

interface NestedFields {
  readonly [name: string]: string | number | NestedFields | undefined;
}

/** The value of an input, and the path in the event where it is from, such as `data.fromUserId`. */
export interface FilledInput {
  readonly value: string;
  readonly from: string;
}

const flatten = (
  fields: NestedFields,
  path: readonly string[],
  into: Map<string, FilledInput>,
): Map<string, FilledInput> => {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const inner = [...path, name];
    if (typeof value === "object") flatten(value, inner, into);
    else into.set(inner.join("_"), { value: wellFormed(String(value)), from: inner.join(".") });
  }
  return into;
};

/**
 * The inputs of an app: the fields of the event, with nested names joined by `_`, and each metadata pair under its own name,
 * so metadata `{"tone":…}` fills a variable `tone` (docs/spec/rongcloud.md, section 7). All values are strings, as Dify's text
 * fields reject numbers. Event fields take precedence over metadata.
 */
export const filledInputs = (bot: BotProfile, event: MessageEvent): ReadonlyMap<string, FilledInput> => {
  const { userId, name, profileUrl, type, metadata } = bot;
  const pairs = Object.entries(metadata).map(
    ([key, value]) => [key, { value: wellFormed(value), from: `metadata.${key}` }] as const,
  );
  return new Map([
    ...pairs,
    ...flatten(
      {
        type: event.type,
        timestamp: event.timestamp,
        bot: { userId, name, profileUrl, type },
        data: event.data,
      },
      [],
      new Map(),
    ),
    ...pairs.map(([key, input]) => [`bot_metadata_${key}`, input] as const),
  ]);
};

/** The same without where they are from, as they are sent. */
export const difyInputs = (bot: BotProfile, event: MessageEvent): Record<string, string> =>
  Object.fromEntries([...filledInputs(bot, event)].map(([name, { value }]) => [name, value]));
