import * as v from "valibot";
import { type StoryOutcome, storyOutcomes } from "#core/turn/turn-story.ts";
import type { turnQuerySchema } from "../../../../../functions/turn-query/query-schema.ts";
import { boundsOf, rangeParameters, readRange, type TimeRange } from "../time-range.ts";

/** Which turns the list shows. An empty string does not filter. */
export interface TurnFilter {
  readonly bot: string;
  readonly user: string;
  readonly conversation: string;
  readonly outcome: StoryOutcome | undefined;
  readonly range: TimeRange;
  readonly page: number;
}

export const pageSize = 25;
/** The API reads a page from the newest turn on, and no further than 1,000 turns. */
export const lastPage = 1_000 / pageSize;

const outcome = v.picklist(storyOutcomes);

const pageOf = (text: string | null): number => {
  const page = Number(text);
  return Number.isInteger(page) && page >= 1 && page <= lastPage ? page : 1;
};

/** Reads the filter of an address. What is not valid there does not filter. */
export const readFilter = (query: URLSearchParams): TurnFilter => {
  const given = query.get("outcome");
  return {
    bot: query.get("bot") ?? "",
    user: query.get("user") ?? "",
    conversation: query.get("conversation") ?? "",
    outcome: v.is(outcome, given) ? given : undefined,
    range: readRange(query),
    page: pageOf(query.get("page")),
  };
};

/** The filter as parameters of an address. */
export const filterParameters = ({ range, page, ...filter }: TurnFilter) => ({
  ...filter,
  ...rangeParameters(range),
  page: page === 1 ? undefined : String(page),
});

export const isFiltered = ({ bot, user, conversation, outcome, range }: TurnFilter): boolean =>
  bot !== "" || user !== "" || conversation !== "" || outcome !== undefined || range.name !== "all";

/** The list changes by itself: it shows the newest turns. */
export const isOpenEnded = ({ page, range }: TurnFilter): boolean => page === 1 && range.until === undefined;

export const requestOf = (
  { bot, user, conversation, outcome, range, page }: TurnFilter,
  now: number,
): v.InferInput<typeof turnQuerySchema> => ({
  userId: bot || undefined,
  fromUserId: user || undefined,
  conversation: conversation || undefined,
  outcome,
  ...boundsOf(range, now),
  page,
  pageSize,
});
