import * as v from "valibot";
import { type EventType, eventTypes } from "#core/bot/event-type.ts";
import { stringOf } from "#core/shared/rules.ts";

/** In bytes, as RongCloud limits it (docs/spec/rongcloud.md, section 8). */
export const longestContent = 128 * 1024;

export const holdsJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

export const userId = stringOf(1, 64);
export const objectName = stringOf(1, 32);

/**
 * What a message that is told by RongCloud can do without: null, empty or ill-formed, it is taken for absent, or the whole
 * message would be lost for it.
 */
export const dispensable = <T extends v.GenericSchema>(schema: T) =>
  v.fallback(v.optional(schema), undefined);

/** A time as a number, or as a text of digits. */
export const milliseconds = v.union([
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER)),
  v.pipe(v.string(), v.regex(/^\d{1,15}$/), v.transform(Number)),
]);

/** A message's content: a text holding JSON. */
export const messageContent = v.pipe(
  v.string("must be a string"),
  v.maxBytes(longestContent, `at most ${longestContent} bytes`),
  v.check(holdsJson, "must hold JSON"),
  v.metadata({ contentMediaType: "application/json", description: `At most ${longestContent} bytes.` }),
);

/** The guide's readers try `message:group`. */
const eventAlias = new Map<string, EventType>([["message:group", "message:group_mentioned"]]);

export const eventName = v.pipe(
  v.string("must be a string"),
  v.metadata({ enum: [...eventTypes, ...eventAlias.keys()] }),
  v.transform((name) => eventAlias.get(name) ?? name),
  v.picklist(eventTypes, `must be one of ${eventTypes.join(", ")}`),
);
