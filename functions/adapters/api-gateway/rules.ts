import * as v from "valibot";

/**
 * A text of `least` to `most` characters; the rules as a caller reads them. Half of a pair of surrogates is no character:
 * written down as UTF-8 it would become another, and the text another text.
 */
export const textOf = (least: number, most: number) =>
  v.pipe(
    v.string("must be a text"),
    v.check((text) => text.isWellFormed(), "must be Unicode without lone surrogates"),
    v.minLength(least, least === 1 ? "must not be empty" : `at least ${least} characters`),
    v.maxLength(most, `at most ${most} characters`),
  );

export const listOf = <T extends v.GenericSchema>(item: T, most: number) =>
  v.pipe(v.array(item, "must be a list"), v.maxLength(most, `at most ${most} entries`));

export const wholeNumber = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}`;
  return v.pipe(v.number(rule), v.integer(rule), v.minValue(least, rule), v.maxValue(most, rule));
};

export const trueOrFalse = v.boolean("must be true or false");
