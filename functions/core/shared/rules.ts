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

export const arrayOf = <T extends v.GenericSchema>(item: T, maxLength: number) =>
  v.pipe(v.array(item, "must be an array"), v.maxLength(maxLength, `at most ${maxLength} entries`));

export const integerBetween = (min: number, max: number) => {
  const rule = `must be an integer from ${min} to ${max}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(min, rule), v.maxValue(max, rule));
};

export const trueOrFalse = v.boolean("must be true or false");

export const oneOf = <const T extends readonly string[]>(values: T) =>
  v.picklist(values, `must be one of ${values.join(", ")}`);

/** An object with any fields. Put it before an object schema, which would otherwise accept an array. */
export const anyObject = (rule = "must be an object") =>
  v.custom<Record<string, unknown>>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    rule,
  );
