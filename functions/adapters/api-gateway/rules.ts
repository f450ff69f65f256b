import * as v from "valibot";

/** A text of `least` to `most` characters; the rules as a caller reads them. */
export const textOf = (least: number, most: number) =>
  v.pipe(
    v.string("must be a text"),
    v.minLength(least, least === 1 ? "must not be empty" : `at least ${least} characters`),
    v.maxLength(most, `at most ${most} characters`),
  );

export const listOf = <T extends v.GenericSchema>(item: T, most: number) =>
  v.pipe(v.array(item, "must be a list"), v.maxLength(most, `at most ${most} entries`));
