import { expect, test } from "@jest/globals";
import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import type { StoryStore } from "#core/turn/story-store.ts";
import type { TurnStory } from "#core/turn/turn-story.ts";
import { makeTurnQueryRoutes } from "../../../../functions/turn-query/routes.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { app } from "../../adapters/secrets/apps.ts";

const clock = makeTestClock();
const startMs = clock.now() - 1_000;

/** Three turns in each millisecond, newest first. */
const stories = Array.from({ length: 250 }, (_, n): TurnStory => {
  const at = startMs - Math.floor(n / 3);
  return {
    turn: `t${n}`,
    channel: "im",
    appKey: app().appKey,
    bot: "bot-a",
    integration: "dify_chat",
    fromUserId: "u1",
    channelType: "PERSON",
    targetId: "u1",
    msgUID: "m1",
    acceptedAt: at,
    ending: { outcome: "answered", endedAt: at },
  };
});

const store: StoryStore = {
  newestFirst: async function* ({ since, until }) {
    yield* stories.filter(({ acceptedAt }) => acceptedAt >= since && acceptedAt < until);
  },
  find: async (_appKey, turn) => stories.find((each) => each.turn === turn),
};
const routes = makeTurnQueryRoutes({ stories: store, clock, pseudonymOf: () => "p" });

const get = (asked: object) => {
  const request: Pick<ApiRequest, "body"> = { body: Buffer.from(JSON.stringify(asked)) };
  return routes["/v3/turn/get.json"]?.(app(), request as ApiRequest) as Promise<{
    turns: { turn: string }[];
    isComplete: boolean;
    continueUntil?: number;
  }>;
};

test("more turns with an id than one reply has are found by further calls, each once", async () => {
  const first = await get({ msgUID: "m1" });
  expect(first).toMatchObject({ isComplete: false, continueUntil: startMs - 33 });
  expect(first.turns).toHaveLength(102);
  const second = await get({ msgUID: "m1", until: first.continueUntil });
  const third = await get({ msgUID: "m1", until: second.continueUntil });
  expect(third).toMatchObject({ isComplete: true });
  const found = [first, second, third].flatMap(({ turns }) => turns.map(({ turn }) => turn));
  expect(found).toEqual(stories.map(({ turn }) => turn));
});
