import type * as v from "valibot";
import type { usageReply } from "#adapters/api-gateway/turn-reply.ts";
import type { StoryOutcome } from "#core/turn/turn-story.ts";
import { groupOfOutcome, type OutcomeGroup, outcomeGroups } from "../../../outcome/outcome-group.ts";

export type UsageRow = v.InferOutput<typeof usageReply>["usage"][number];

/** Prices have at most ten digits after the point: a sum of them is rounded to that. */
const decimals = 1e10;

const sumBy = <T>(
  parts: readonly Readonly<Record<string, T>>[],
  add: (sum: T | undefined, part: T) => T,
): Record<string, T> => {
  const sums = new Map<string, T>();
  for (const part of parts) {
    for (const [key, value] of Object.entries(part)) sums.set(key, add(sums.get(key), value));
  }
  return Object.fromEntries(sums);
};

const addPrices = (sum: string | undefined, price: string): string =>
  String(Math.round((Number(sum ?? 0) + Number(price)) * decimals) / decimals);

/** The sum of rows, such as those of one group in several replies. */
export const sumOf = (group: string, rows: readonly UsageRow[]): UsageRow => {
  const total = (field: "turns" | "promptTokens" | "completionTokens" | "totalTokens"): number =>
    rows.reduce((sum, row) => sum + row[field], 0);
  return {
    group,
    turns: total("turns"),
    outcomes: sumBy(
      rows.map(({ outcomes }) => outcomes),
      (sum = 0, count) => sum + count,
    ),
    promptTokens: total("promptTokens"),
    completionTokens: total("completionTokens"),
    totalTokens: total("totalTokens"),
    price: sumBy(
      rows.map(({ price }) => price),
      addPrices,
    ),
  };
};

/** One row for each group of several replies, in the order of the groups' names. */
export const mergeUsage = (replies: readonly (readonly UsageRow[])[]): readonly UsageRow[] =>
  [...Map.groupBy(replies.flat(), ({ group }) => group)]
    .map(([group, rows]) => sumOf(group, rows))
    .toSorted((one, other) => (one.group < other.group ? -1 : 1));

const isOutcome = (name: string): name is StoryOutcome => Object.hasOwn(groupOfOutcome, name);

/** The number of turns in each group of outcomes. An outcome of a later version counts as `other`. */
export const outcomeCounts = ({ outcomes }: UsageRow): Readonly<Record<OutcomeGroup, number>> => {
  const counts: Record<OutcomeGroup, number> = { answered: 0, other: 0, failed: 0, running: 0 };
  for (const [outcome, count] of Object.entries(outcomes))
    counts[isOutcome(outcome) ? groupOfOutcome[outcome] : "other"] += count;
  return counts;
};

/** The currencies of all rows, sorted. A model may send a price without one: the empty string. */
export const currenciesOf = (rows: readonly UsageRow[]): readonly string[] =>
  [...new Set(rows.flatMap(({ price }) => Object.keys(price)))].toSorted();

/** What the bars and the table can be measured by. A price has its currency: `price:USD`. */
export type Measure =
  | "turns"
  | OutcomeGroup
  | "promptTokens"
  | "completionTokens"
  | "totalTokens"
  | `price:${string}`;

const isOutcomeGroup = (measure: Measure): measure is OutcomeGroup =>
  outcomeGroups.some((group) => group === measure);

type PriceMeasure = Extract<Measure, `price:${string}`>;

export const priceMeasure = (currency: string): PriceMeasure => `price:${currency}`;
export const isPrice = (measure: Measure): measure is PriceMeasure => measure.startsWith("price:");
export const priceCurrency = (measure: PriceMeasure): string => measure.slice("price:".length);

export const amountOf = (row: UsageRow, measure: Measure): number => {
  if (isOutcomeGroup(measure)) return outcomeCounts(row)[measure];
  if (isPrice(measure)) return Number(row.price[priceCurrency(measure)] ?? 0);
  return row[measure];
};
