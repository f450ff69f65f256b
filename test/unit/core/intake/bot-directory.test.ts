import { describe, expect, test } from "@jest/globals";
import { makeCachedBotDirectory } from "#core/intake/bot-directory.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot } from "../../../support/turns.ts";

const fiveSeconds = 5_000;

/** Bots of each app, whose lookups wait until the test releases them. */
const setUp = (maxAgeMs = fiveSeconds) => {
  const clock = makeTestClock();
  const botIds = new Map([
    ["app-one", ["b1", "b2"]],
    ["app-two", ["b3"]],
  ]);
  const finds: string[] = [];
  const idReads: { readonly appKey: string; readonly answer: PromiseWithResolvers<ReadonlySet<string>> }[] =
    [];
  const answer = { isPrompt: true };
  const bots = {
    find: async (appKey: string, userIds: readonly string[]) => {
      finds.push(`${appKey}: ${userIds.join(" ")}`);
      return userIds.map((userId) => bot({ userId }));
    },
    ids: (appKey: string) => {
      const answering = Promise.withResolvers<ReadonlySet<string>>();
      idReads.push({ appKey, answer: answering });
      if (answer.isPrompt) answering.resolve(new Set(botIds.get(appKey)));
      return answering.promise;
    },
  };
  const known = makeCachedBotDirectory({ bots, clock, maxAgeMs });
  const answerRead = (at: number, ...ids: string[]): void => idReads[at]?.answer.resolve(new Set(ids));
  const failRead = (at: number): void => idReads[at]?.answer.reject(new Error("throttled"));
  return { known, clock, finds, idReads, botIds, answer, answerRead, failRead };
};

describe("a directory with a cache", () => {
  test("costs a message to no bot no read while the cache is fresh", async () => {
    const { known, clock, finds, idReads } = setUp();
    await known.find("app-one", ["u7"]);
    for (let passed = 0; passed < fiveSeconds - 1; passed += 1_000) {
      expect(await known.find("app-one", ["u7", "u8"])).toEqual([]);
      await clock.advance(1_000 - 1);
    }
    expect(idReads).toHaveLength(1);
    expect(finds).toEqual([]);
  });

  test("always reads a bot itself, and nothing else", async () => {
    const { known, finds } = setUp();
    expect(await known.find("app-one", ["u7", "b2", "b3"])).toEqual([bot({ userId: "b2" })]);
    await known.find("app-one", ["b2"]);
    expect(finds).toEqual(["app-one: b2", "app-one: b2"]);
  });

  test("sees a bot created since, once the cache is stale", async () => {
    const { known, clock, botIds } = setUp();
    await known.ids("app-one");
    botIds.set("app-one", ["b1", "b2", "b-new"]);
    await clock.advance(fiveSeconds - 1);
    expect(await known.find("app-one", ["b-new"])).toEqual([]);
    await clock.advance(1);
    expect(await known.find("app-one", ["b-new"])).toEqual([bot({ userId: "b-new" })]);
  });

  test("is fresh from when the read began, since the answer may be as old as that", async () => {
    const { known, clock, answer, answerRead, idReads } = setUp();
    answer.isPrompt = false;
    const slow = known.ids("app-one");
    await clock.advance(fiveSeconds - 1);
    answerRead(0, "b1");
    await slow;
    await clock.advance(1);
    known.ids("app-one");
    expect(idReads).toHaveLength(2);
  });

  test("keeps the bots of each app apart", async () => {
    const { known, idReads } = setUp();
    expect(await known.find("app-one", ["b3"])).toEqual([]);
    expect(await known.find("app-two", ["b1"])).toEqual([]);
    expect(await known.find("app-two", ["b3"])).toEqual([bot({ userId: "b3" })]);
    expect(idReads.map(({ appKey }) => appKey)).toEqual(["app-one", "app-two"]);
  });

  test("of zero lifetime reads each time", async () => {
    const { known, idReads } = setUp(0);
    await known.ids("app-one");
    await known.ids("app-one");
    expect(idReads).toHaveLength(2);
  });
});

describe("concurrent callers", () => {
  test("share one read", async () => {
    const { known, answer, answerRead, idReads } = setUp();
    answer.isPrompt = false;
    const finding = Promise.all(["b1", "b2", "u7"].map((userId) => known.find("app-one", [userId])));
    answerRead(0, "b1", "b2");
    expect((await finding).map(({ length }) => length)).toEqual([1, 1, 0]);
    expect(idReads).toHaveLength(1);
  });

  test("share its failure, and the next message reads again", async () => {
    const { known, answer, failRead, idReads } = setUp();
    answer.isPrompt = false;
    const finding = [known.find("app-one", ["b1"]), known.find("app-one", ["b2"])];
    failRead(0);
    expect((await Promise.allSettled(finding)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    answer.isPrompt = true;
    expect(await known.find("app-one", ["b1"])).toHaveLength(1);
    expect(idReads).toHaveLength(2);
  });
});

describe("a read that fails late", () => {
  test("removes nothing that was read since", async () => {
    const { known, clock, answer, failRead, idReads } = setUp();
    answer.isPrompt = false;
    const hanging = known.ids("app-one");
    await clock.advance(fiveSeconds);
    answer.isPrompt = true;
    await known.ids("app-one");
    failRead(0);
    await expect(hanging).rejects.toThrow("throttled");
    await known.find("app-one", ["u7"]);
    expect(idReads).toHaveLength(2);
  });
});
