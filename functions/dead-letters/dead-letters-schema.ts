import * as v from "valibot";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { deadLetterQueues, maxRedriven } from "#core/jobs/app-dead-letters.ts";
import { arrayOf, exactObject, idRule, integerBetween, oneOf, stringOf } from "#core/shared/rules.ts";

const userId = idRule;

const filterEntries = {
  queue: v.optional(oneOf(deadLetterQueues)),
  userId: v.optional(userId),
  integration: v.optional(oneOf(integrationTypes)),
  msgUID: v.optional(stringOf(1, 1_024)),
  fromUserId: v.optional(userId),
};

/** Which of the app's dead letters are listed. */
export const deadQuerySchema = exactObject(
  { ...filterEntries, limit: v.optional(integerBetween(1, 100), 100) },
  "this query",
);

const ids = v.pipe(arrayOf(stringOf(1, 200), maxRedriven), v.minLength(1, "must contain at least one"));
const filter = exactObject(filterEntries, "a filter");

/** Which of them are redriven: those with these ids, or all that a filter matches. An empty filter matches all. */
export const redriveSchema = v.pipe(
  exactObject({ ids: v.optional(ids), filter: v.optional(filter) }, "this call"),
  v.check(
    (sent) => (sent.ids === undefined) !== (sent.filter === undefined),
    "must have exactly one of ids, filter",
  ),
);
