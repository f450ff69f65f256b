import { describe, expect, test } from "@jest/globals";
import {
  makeFindProfile,
  makeRefreshProfile,
  type ProfileChanges,
  type UserProfile,
} from "#core/chat/user-profile.ts";
import { bot } from "../../../support/turns.ts";
import { makeTestDirectory } from "../intake/intake-setup.ts";

const ann: UserProfile = { name: "Ann", portraitUri: "https://example.com/a.png", createdAt: 1 };
const changes: ProfileChanges = { name: "Ann", portraitUri: undefined };

/** An app with helpdesk as its bot, and a profile of each id that is asked for. */
const setUp = ({ profile }: { profile: UserProfile | undefined } = { profile: ann }) => {
  const saved: unknown[] = [];
  const ports = {
    bots: makeTestDirectory([bot({ createdAt: 5 })]),
    profiles: {
      save: async (...given: unknown[]) => void saved.push(given),
      find: async () => profile,
    },
  };
  return { find: makeFindProfile(ports), refresh: makeRefreshProfile(ports), saved };
};

const user = { appKey: "app-one", userId: "u7" };
const helpdesk = { appKey: "app-one", userId: "bot-helpdesk" };

describe("a profile", () => {
  test("of a user is the registered one, or none", async () => {
    expect(await setUp().find(user)).toEqual(ann);
    expect(await setUp({ profile: undefined }).find(user)).toBeUndefined();
  });

  test("of a bot is the bot's, even if its id was registered as a user", async () => {
    expect(await setUp().find(helpdesk)).toEqual({
      name: "Helpdesk",
      portraitUri: "https://example.com/bot.png",
      createdAt: 5,
    });
  });

  test("of another app's bot is not shown", async () => {
    expect(await setUp().find({ ...helpdesk, appKey: "app-two" })).toEqual(ann);
  });

  test("of a user can be changed", async () => {
    const { refresh, saved } = setUp();
    await refresh(user, changes);
    expect(saved).toEqual([[user, changes]]);
  });

  test("of a bot is changed by the registry only, and the caller is told so", async () => {
    const { refresh, saved } = setUp();
    await expect(refresh(helpdesk, changes)).rejects.toMatchObject({
      code: "bad_parameter",
      message: 'userId: must not be a bot, which /v3/bot/update.json changes, got "bot-helpdesk"',
    });
    expect(saved).toEqual([]);
  });
});
