import * as v from "valibot";
import { type EventType, eventTypes } from "#core/bot/event-type.ts";
import { maxContentBytes } from "#core/message/message-content.ts";
import { idRule, oneOf, stringOf } from "#core/shared/rules.ts";

export const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

export const userId = idRule;
export const objectName = stringOf(1, 32);

/**
 * An optional field of a message from RongCloud. An invalid value (null, empty or malformed) counts as absent, so that the
 * message is not rejected for it.
 */
export const ignoreInvalid = <T extends v.GenericSchema>(schema: T) =>
  v.fallback(v.optional(schema), undefined);

/** Milliseconds since the epoch, as a number or a string of digits. */
export const milliseconds = v.union([
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)),
  v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number)),
]);

/** A message's content: a JSON string. */
export const messageContent = v.pipe(
  v.string("must be a string"),
  v.maxBytes(maxContentBytes, `at most ${maxContentBytes} bytes`),
  v.check(isJson, "must contain valid JSON"),
  v.metadata({ contentMediaType: "application/json", description: `At most ${maxContentBytes} bytes.` }),
);

/** Names that are not events of RongCloud, but that readers of its guide use. */
const eventAlias = new Map<string, EventType>([
  ["message:group", "message:group_mentioned"],
  ["message:group_recall", "message:group_mentioned_recall"],
]);

export const isEventAlias = (name: string): boolean => eventAlias.has(name);

export const eventName = v.pipe(
  v.string("must be a string"),
  v.metadata({ enum: [...eventTypes, ...eventAlias.keys()] }),
  v.transform((name) => eventAlias.get(name) ?? name),
  oneOf(eventTypes),
);
