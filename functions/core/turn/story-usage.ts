import { outcomeOf, type StoryOutcome, type TurnStory } from "./turn-story.ts";

export const usageGroups = ["day", "bot", "user", "integration"] as const;
export type UsageGroup = (typeof usageGroups)[number];

export interface Usage {
  readonly group: string;
  readonly turns: number;
  readonly outcomes: Partial<Record<StoryOutcome, number>>;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly totalTokens: number;
  /** By currency, as decimal numbers. */
  readonly price: Readonly<Record<string, string>>;
}

const groupOf: Record<UsageGroup, (story: TurnStory) => string> = {
  day: ({ acceptedAt }) => new Date(acceptedAt).toISOString().slice(0, 10),
  bot: ({ bot }) => bot,
  user: ({ fromUserId }) => fromUserId,
  integration: ({ integration, ending }) => ending?.integration ?? integration ?? "unknown",
};

/** Models charge millionths. */
const { format: decimalOf } = new Intl.NumberFormat("en-US", {
  maximumFractionDigits: 10,
  useGrouping: false,
});

const sumOf = (stories: readonly TurnStory[], amountOf: (story: TurnStory) => number | undefined): number =>
  stories.reduce((sum, story) => sum + (amountOf(story) ?? 0), 0);

const countsOf = <K extends string>(keys: readonly K[]): Partial<Record<K, number>> => {
  const counts: Partial<Record<K, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
};

const pricesOf = (stories: readonly TurnStory[]): Record<string, string> => {
  const priced = stories.flatMap(({ ending }) => {
    const { totalPrice, currency } = ending?.usage ?? {};
    const price = Number(totalPrice);
    return totalPrice !== undefined && Number.isFinite(price) ? [{ price, currency: currency ?? "" }] : [];
  });
  return Object.fromEntries(
    [...Map.groupBy(priced, ({ currency }) => currency)].map(([currency, all]) => [
      currency,
      decimalOf(all.reduce((sum, { price }) => sum + price, 0)),
    ]),
  );
};

/** Turns, tokens and prices of each group, in the order of the groups' names. */
export const usageOf = (stories: readonly TurnStory[], by: UsageGroup): Usage[] =>
  [...Map.groupBy(stories, groupOf[by])]
    .map(([group, all]) => ({
      group,
      turns: all.length,
      outcomes: countsOf(all.map(outcomeOf)),
      promptTokens: sumOf(all, ({ ending }) => ending?.usage?.promptTokens),
      completionTokens: sumOf(all, ({ ending }) => ending?.usage?.completionTokens),
      totalTokens: sumOf(all, ({ ending }) => ending?.usage?.totalTokens),
      price: pricesOf(all),
    }))
    .toSorted((a, b) => (a.group < b.group ? -1 : 1));
