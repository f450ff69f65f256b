import * as v from "valibot";

export const integerBetween = (min: number, max: number) =>
  v.pipe(
    v.number("must be an integer"),
    v.integer("must be an integer"),
    v.minValue(min, `must be at least ${min}`),
    v.maxValue(max, `must be at most ${max}`),
  );

export const boolean = v.boolean("must be true or false");

/** A string of a given form. `title` names the form in the documentation. */
export const matching = (pattern: RegExp, title: string, message: string) =>
  v.pipe(v.string(message), v.regex(pattern, message), v.title(title));

export const emailAddress = v.pipe(v.string("must be an email address"), v.email("must be an email address"));
