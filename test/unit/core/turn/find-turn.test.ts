import { expect, test } from "@jest/globals";
import { makeFindTurn, type TurnQuery } from "#core/turn/find-turn.ts";
import type { StoryStore, StoryWithText } from "#core/turn/story-store.ts";

const story = (turn: string, given: Partial<StoryWithText> = {}): StoryWithText => ({
  turn,
  channel: "im",
  appKey: "app-one",
  bot: "bot-helpdesk",
  integration: "dify_chat",
  fromUserId: "u1",
  channelType: "GROUP",
  targetId: "g1",
  msgUID: "m1",
  requestId: "r1",
  acceptedAt: 5,
  ...given,
});
const answered = { outcome: "answered", endedAt: 6, ids: { message: "answer-1" } } as const;
const text = { question: "Hello", answer: "Hi" };

const stories = [
  story("check", { isCheck: true }),
  story("asked-twice", { requestId: "r2" }),
  story("other-user", { fromUserId: "u2" }),
  story("other-message", { msgUID: "m2", ending: answered }),
];
const store: StoryStore = {
  newestFirst: async function* () {
    yield* stories;
  },
  find: async (appKey, turn) => {
    const found = stories.find((each) => each.appKey === appKey && each.turn === turn);
    return found && { ...found, text };
  },
};
const find = (query: Partial<TurnQuery>) =>
  makeFindTurn(store)({ appKey: "app-one", since: 0, until: 10, ...query });
const namesOf = async (query: Partial<TurnQuery>) => (await find(query)).stories.map(({ turn }) => turn);

test("a turn is found by its id, its message, its answer and its request", async () => {
  expect(await namesOf({ turn: "other-user" })).toEqual(["other-user"]);
  expect(await namesOf({ msgUID: "m1" })).toEqual(["asked-twice", "other-user"]);
  expect(await namesOf({ messageId: "answer-1" })).toEqual(["other-message"]);
  expect(await namesOf({ requestId: "r1" })).toEqual(["other-user", "other-message"]);
});

test("turns of other users with the id are left out if one user's are asked for", async () => {
  expect(await namesOf({ msgUID: "m1", fromUserId: "u2" })).toEqual(["other-user"]);
});

test("turns are found with their texts, which the index does not have", async () => {
  expect((await find({ msgUID: "m2" })).stories).toEqual([{ ...stories[3], text }]);
});

test("an id that no turn has is an error", async () => {
  await expect(find({ turn: "t9" })).rejects.toMatchObject({
    code: "not_found",
    message: "turn: there is no such turn",
  });
  await expect(find({ msgUID: "m9" })).rejects.toMatchObject({
    code: "not_found",
    message: "there is no such turn",
  });
});
