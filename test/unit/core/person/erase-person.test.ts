import { describe, expect, test } from "@jest/globals";
import { makeErasePerson } from "#core/person/erase-person.ts";
import type { PersonRecords } from "#core/person/person-records.ts";
import type { TurnStory } from "#core/turn/turn-story.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { botsOf, modelsOf, person, storiesOf, storyAt } from "./people.ts";

const until = Number.MAX_SAFE_INTEGER;

/** Records that a test erases; each removal takes a second. */
const setUp = (given: {
  readonly stories?: readonly TurnStory[];
  readonly busy?: readonly string[];
  readonly keys?: Readonly<Record<string, string>>;
  readonly models?: Parameters<typeof modelsOf>[0];
}) => {
  const { stories = [], busy = [], keys = { "bot-one": "app-one" }, models = {} } = given;
  const clock = makeTestClock();
  const left = [...stories];
  const removed: string[] = [];
  const records: PersonRecords = {
    removeTurn: async ({ turn }) => {
      await clock.advance(1_000);
      if (busy.includes(turn)) return "busy";
      left.splice(
        left.findIndex((story) => story.turn === turn),
        1,
      );
      removed.push(turn);
      return "removed";
    },
    removeConversation: async ({ name }) => {
      if (name === undefined) return "absent";
      removed.push(name);
      return "removed";
    },
    removeUser: async () => void removed.push("user"),
  };
  const erase = makeErasePerson({
    bots: botsOf(keys),
    models: modelsOf(models),
    stories: storiesOf(left),
    records,
    clock,
  });
  return { erase, clock, removed, left };
};

describe("an erasure", () => {
  test("that runs out of time goes on where it stopped, and loses no conversation", async () => {
    const { erase, clock, removed, left } = setUp({ stories: [5, 4, 3, 2, 1].map((at) => storyAt(at)) });
    const first = await erase(person, { until, deadline: clock.now() + 2_000 });
    expect(first).toMatchObject({ isComplete: false, continueUntil: 5, erased: { turns: 2 } });
    // The conversation that only the turn leads to is removed before it.
    expect(removed).toEqual(["user", "named-5", "turn-5", "named-4", "turn-4"]);
    const next = { until: first.continueUntil ?? 0, deadline: clock.now() + 60_000 };
    const second = await erase(person, next);
    expect(second).toMatchObject({ isComplete: true, continueUntil: undefined });
    expect(left).toEqual([]);
    expect(removed.slice(-6)).toEqual(["named-3", "turn-3", "named-2", "turn-2", "named-1", "turn-1"]);
  });

  test("leaves turns in progress and other users' turns", async () => {
    const stories = [storyAt(3), storyAt(2, { fromUserId: "u8" }), storyAt(1)];
    const { erase, clock, left } = setUp({ stories, busy: ["turn-3"] });
    const erased = await erase(person, { until, deadline: clock.now() + 60_000 });
    expect(erased).toMatchObject({ isComplete: false, inProgress: 1, erased: { turns: 1 } });
    expect(left.map(({ turn }) => turn)).toEqual(["turn-3", "turn-2"]);
  });

  test("tries every type of a turn whose integration is not known", async () => {
    const { erase, clock, removed } = setUp({ stories: [storyAt(1, { integration: undefined })] });
    await erase(person, { until, deadline: clock.now() + 60_000 });
    expect(removed.filter((each) => each === "named-1")).toHaveLength(6);
  });

  test("removes all pages of Dify's conversations, of an app that two bots use once", async () => {
    const message = { id: "m1", question: "q", answer: "a", askedAt: 0 };
    const kept = { "app-one": Object.fromEntries(["a", "b", "c", "d", "e"].map((id) => [id, [message]])) };
    const keys = { "bot-one": "app-one", "bot-two": "app-one" };
    const { erase, clock } = setUp({ keys, models: kept });
    const erased = await erase(person, { until, deadline: clock.now() + 60_000 });
    expect(erased).toMatchObject({ isComplete: true, erased: { modelConversations: 5 } });
    expect(kept["app-one"]).toEqual({});
  });

  test("names what it could not reach: a key that cannot be read, an integration that is gone", async () => {
    const stories = [storyAt(1, { bot: "bot-gone", integration: "dify_agent" })];
    const { erase, clock } = setUp({ stories, keys: { "bot-locked": "" } });
    expect(await erase(person, { until, deadline: clock.now() + 60_000 })).toMatchObject({
      isComplete: false,
      failed: [{ bot: "bot-locked", type: "dify_chat", code: "internal" }],
      notErasable: [{ bot: "bot-gone", type: "dify_agent" }],
    });
  });
});
