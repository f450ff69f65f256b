import * as v from "valibot";
import {
  exactObject,
  idRule,
  integerBetween,
  issueAt,
  oneOf,
  stringOf,
  timeRule,
} from "#core/shared/rules.ts";
import { usageGroups } from "#core/turn/story-usage.ts";
import { storyOutcomes } from "#core/turn/turn-story.ts";

const userId = idRule;
const id = stringOf(1, 1_024);

const range = { since: v.optional(timeRule), until: v.optional(timeRule) };

interface Range {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

/** Reports `until`, with its own value. */
const inOrder = <T extends Range & Record<string, unknown>>() =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { since = 0, until } = dataset.value;
    if (until !== undefined && since >= until)
      addIssue(issueAt(dataset.value, ["until"], "must be after since"));
  });

const queryOf = <E extends v.ObjectEntries>(entries: E) => exactObject(entries, "this query");

export const turnQuerySchema = v.pipe(
  queryOf({
    userId: v.optional(userId),
    fromUserId: v.optional(userId),
    conversation: v.optional(idRule),
    outcome: v.optional(oneOf(storyOutcomes)),
    ...range,
    page: v.optional(integerBetween(1, 1_000_000), 1),
    pageSize: v.optional(integerBetween(1, 100), 10),
  }),
  inOrder(),
);

const ids = ["turn", "msgUID", "messageId", "requestId"] as const;

export const turnGetSchema = v.pipe(
  queryOf({
    turn: v.optional(id),
    msgUID: v.optional(id),
    messageId: v.optional(id),
    requestId: v.optional(id),
    fromUserId: v.optional(userId),
    ...range,
  }),
  v.check(
    (sent) => ids.filter((name) => sent[name] !== undefined).length === 1,
    `must have exactly one of ${ids.join(", ")}`,
  ),
  inOrder(),
);

export const usageQuerySchema = v.pipe(queryOf({ ...range, by: oneOf(usageGroups) }), inOrder());
