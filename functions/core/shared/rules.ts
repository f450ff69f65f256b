import * as v from "valibot";

/**
 * A string of `least` to `most` characters; the messages are what callers read. A lone surrogate is refused: encoded as
 * UTF-8 it would become another character, so the stored string would differ from the one sent.
 */
export const stringOf = (least: number, most: number) =>
  v.pipe(
    v.string("must be a string"),
    v.check((text) => text.isWellFormed(), "must be Unicode without lone surrogates"),
    v.minLength(least, least === 1 ? "must not be empty" : `at least ${least} characters`),
    v.maxLength(most, `at most ${most} characters`),
  );

export const arrayOf = <T extends v.GenericSchema>(item: T, most: number) =>
  v.pipe(v.array(item, "must be an array"), v.maxLength(most, `at most ${most} entries`));

export const integerBetween = (least: number, most: number) => {
  const rule = `must be an integer from ${least} to ${most}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(least, rule), v.maxValue(most, rule));
};

export const trueOrFalse = v.boolean("must be true or false");

export const oneOf = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, `must be one of ${values.join(", ")}`);

/** An object of any fields. Put it before an object schema, which alone would accept an array. */
export const anyObject = () =>
  v.custom<Record<string, unknown>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "must be an object",
  );
