import * as v from "valibot";
import { anyObject, integerBetween } from "#core/shared/rules.ts";

/** What a limit counts, from the shortest window to the longest. */
export const limitNames = ["turnsPerMinute", "turnsPerDay", "tokensPerDay"] as const;
export type LimitName = (typeof limitNames)[number];

/** Limits of one user, or of all users together. One that is omitted does not apply. */
export type Rates = { readonly [name in LimitName]?: number };

/** Limits of a bot's integration, or of an app. */
export interface Limits extends Rates {
  /** For each user. */
  readonly perUser?: Rates;
}

const rateEntries = {
  turnsPerMinute: v.exactOptional(
    v.pipe(integerBetween(1, 100_000), v.description("Turns in a minute of the clock.")),
  ),
  turnsPerDay: v.exactOptional(
    v.pipe(integerBetween(1, 100_000_000), v.description("Turns in a day (UTC).")),
  ),
  tokensPerDay: v.exactOptional(
    v.pipe(
      integerBetween(1, 1_000_000_000_000),
      v.description(
        "Tokens in a day (UTC), as the model counts them. They are counted when a turn ends, so the last turns may exceed the limit.",
      ),
    ),
  ),
} satisfies Record<LimitName, v.GenericSchema>;

const unknownField = (known: readonly string[]) => `is not a limit; known fields: ${known.join(", ")}`;
const isSet = (fields: object): boolean => Object.keys(fields).length > 0;

const perUser = v.pipe(
  anyObject(),
  v.description("The same limits, for each user."),
  v.strictObject(rateEntries, unknownField(limitNames)),
  v.check(isSet, "must have at least one limit"),
);

export const limitEntries = { ...rateEntries, perUser: v.exactOptional(perUser) };

/** How many turns may begin and how many tokens they may use: options of an integration, and settings of an app. */
export const limitsSchema = v.pipe(
  anyObject(),
  v.description(
    "How many turns may begin, and how many tokens they may use, over the IM and HTTP together. If omitted, nothing is limited.",
  ),
  v.strictObject(limitEntries, unknownField(Object.keys(limitEntries))),
  v.check(isSet, "must have at least one limit"),
);
