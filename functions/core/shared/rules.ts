import * as v from "valibot";

/**
 * A string of `minLength` to `maxLength` characters. Callers read the messages. Lone surrogates are rejected: encoded as
 * UTF-8 they would become another character, so the stored string would differ from the one sent.
 */
export const stringOf = (minLength: number, maxLength: number) =>
  v.pipe(
    v.string("must be a string"),
    v.check((text) => text.isWellFormed(), "must be Unicode without lone surrogates"),
    v.minLength(minLength, minLength === 1 ? "must not be empty" : `at least ${minLength} characters`),
    v.maxLength(maxLength, `at most ${maxLength} characters`),
  );

/** An id of a user, a bot, a group, a message or a conversation: RongCloud allows 64 characters. */
export const idRule = stringOf(1, 64);

export const arrayOf = <T extends v.GenericSchema>(item: T, maxLength: number) =>
  v.pipe(v.array(item, "must be an array"), v.maxLength(maxLength, `at most ${maxLength} entries`));

export const integerBetween = (min: number, max: number) => {
  const rule = `must be an integer from ${min} to ${max}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(min, rule), v.maxValue(max, rule));
};

export const trueOrFalse = v.boolean("must be true or false");

export const oneOf = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, `must be one of ${values.join(", ")}`);

/** The latest time that a Date has. */
const maxTime = 8_640_000_000_000_000;

const timeMessage =
  "must be milliseconds since the epoch, or a time such as 2026-11-27T14:03:00Z with its time zone";
/** A time zone is required: without one, its meaning would depend on where the bridge runs. */
const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

/** A time, as milliseconds since the epoch. */
export const timeRule = v.pipe(
  v.union([v.number(), v.string()], timeMessage),
  v.check(
    (sent) =>
      typeof sent === "number"
        ? Number.isInteger(sent) && sent >= 0 && sent <= maxTime
        : isoTime.test(sent) && !Number.isNaN(Date.parse(sent)),
    timeMessage,
  ),
  v.transform((sent) => (typeof sent === "number" ? sent : Date.parse(sent))),
);

/** An object with any fields. Put it before an object schema, which would otherwise accept an array. */
export const anyObject = (rule = "must be an object") =>
  v.custom<Record<string, unknown>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    rule,
  );

type Key = string | number;

/** A fault of the value at `keys` of `root`, for checks that compare several fields. */
export const issueAt = (root: object, [first, ...rest]: readonly [Key, ...Key[]], message: string) => {
  let value: unknown = root;
  const step = (key: Key): v.UnknownPathItem => {
    const input = value;
    value = Reflect.get(Object(input), key);
    return { type: "unknown", origin: "value", input, key, value };
  };
  const path: [v.UnknownPathItem, ...v.UnknownPathItem[]] = [step(first), ...rest.map(step)];
  return { message, input: value, path };
};

/**
 * Rejects an object with another field, which an object schema would silently drop. `what` they are fields of, as in "is not a
 * field of this query". `ignored`: fields that may be sent without effect.
 */
export const refuseUnknownFields = (
  known: Iterable<string>,
  what: string,
  ignored: readonly string[] = [],
) => {
  const names = new Set(known);
  const message = `is not a field of ${what}; known fields: ${[...names].join(", ")}`;
  return v.rawCheck<Record<string, unknown>>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const sent = dataset.value;
    const key = Object.keys(sent).find((name) => !names.has(name) && !ignored.includes(name));
    if (key === undefined) return;
    // Null counts as absent. Another value is not part of the message: it may be a key under a misspelt name.
    addIssue({ ...issueAt(sent, [key], message), input: sent[key] === null ? null : key });
  });
};

/** An object with these fields and no others. `what` it is, for the message. */
export const exactObject = <E extends v.ObjectEntries>(entries: E, what: string) =>
  v.pipe(anyObject(), refuseUnknownFields(Object.keys(entries), what), v.object(entries));
