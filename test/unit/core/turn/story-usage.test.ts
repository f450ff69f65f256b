import { expect, test } from "@jest/globals";
import { usageOf } from "#core/turn/story-usage.ts";
import type { TurnStory } from "#core/turn/turn-story.ts";

const at = Date.UTC(2026, 10, 27, 23, 59);
const story = (given: Partial<TurnStory>, totalPrice?: string): TurnStory => ({
  turn: "t",
  channel: "im",
  appKey: "app",
  bot: "bot-a",
  integration: "dify_chat",
  fromUserId: "u1",
  channelType: "PERSON",
  targetId: "u1",
  msgUID: "m",
  acceptedAt: at,
  ending: {
    outcome: "answered",
    endedAt: at,
    usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3, totalPrice, currency: "USD" },
  },
  ...given,
});

test("usage has the turns, tokens and prices of each group", () => {
  const all = [
    story({}, "0.1"),
    story({}, "0.2"),
    story({ bot: "bot-b", ending: undefined }),
    story({}, "0E-7"),
  ];
  expect(usageOf(all, "bot")).toEqual([
    {
      group: "bot-a",
      turns: 3,
      outcomes: { answered: 3 },
      promptTokens: 3,
      completionTokens: 6,
      totalTokens: 9,
      price: { USD: "0.3" },
    },
    {
      group: "bot-b",
      turns: 1,
      outcomes: { running: 1 },
      promptTokens: 0,
      completionTokens: 0,
      totalTokens: 0,
      price: {},
    },
  ]);
});

test("a day is one of UTC, and an integration that is not known until the end counts as what it became", () => {
  const all = [story({}), story({ acceptedAt: at + 60_000 })];
  expect(usageOf(all, "day").map(({ group }) => group)).toEqual(["2026-11-27", "2026-11-28"]);
  const late = story({
    integration: undefined,
    ending: { outcome: "answered", endedAt: at, integration: "openai" },
  });
  expect(usageOf([late, story({ integration: undefined, ending: undefined })], "integration")).toMatchObject([
    { group: "openai" },
    { group: "unknown" },
  ]);
});
