import { describe, expect, test } from "@jest/globals";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { botOf, ids, idsOf, integrationOf, testBots, updated } from "../support/bots.ts";
import { difyIntegration, webhookIntegration } from "../support/turns.ts";

const { begin } = testBots();

describe("a bot", () => {
  test("can be read as it was created, immediately", async () => {
    const { store, appKey } = begin();
    const created = botOf("whole", {
      name: "客服 😀",
      metadata: { tone: "formal", version: "1" },
      integrations: [
        webhookIntegration({ enabled: false, objectNames: ["RC:TxtMsg"], events: ["group:bot_join"] }),
        difyIntegration({ type: "dify_workflow", stream: false, handleResponse: false, apiKey: "app-2" }),
      ],
    });
    expect(await store.create(appKey, created, 10)).toBe("created");
    expect(await store.findWithKeys(appKey, "whole")).toEqual(created);
  });

  test("can be read without metadata and integrations if it has none", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("bare", { metadata: {}, integrations: [] }), 10);
    expect(await store.find(appKey, ["bare"])).toMatchObject([
      { userId: "bare", metadata: {}, integrations: [] },
    ]);
  });

  test("has its integrations ordered by type, whatever the order sent", async () => {
    const { store, appKey } = begin();
    const integrations = integrationTypes.toReversed().map(integrationOf);
    await store.create(appKey, botOf("ordered", { integrations }), 10);
    const [found] = await store.find(appKey, ["ordered"]);
    expect(found?.integrations.map(({ type }) => type)).toEqual(integrationTypes);
  });

  test("is not created if its id is taken, and the existing bot stays unchanged", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("twice", { name: "the first" }), 10);
    expect(await store.create(appKey, botOf("twice", { name: "the second" }), 10)).toBe("exists");
    expect(await store.find(appKey, ["twice"])).toMatchObject([{ name: "the first" }]);
  });

  test("is rejected because its id is taken even if the app has reached its limit", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("only"), 1);
    expect(await store.create(appKey, botOf("only"), 1)).toBe("exists");
  });

  test("is created once by many concurrent requests with the same id", async () => {
    const { store, appKey } = begin();
    const names = ids(10);
    const all = await Promise.all(names.map((name) => store.create(appKey, botOf("same", { name }), 10)));
    expect(all.filter((each) => each === "created")).toHaveLength(1);
    expect(all.filter((each) => each === "exists")).toHaveLength(9);
    const winner = names[all.indexOf("created")];
    expect(await store.find(appKey, ["same"])).toMatchObject([{ name: winner }]);
  });

  test("is not created beyond the app's limit", async () => {
    const { store, appKey, otherAppKey } = begin();
    expect(await store.create(appKey, botOf("one"), 2)).toBe("created");
    expect(await store.create(appKey, botOf("two"), 2)).toBe("created");
    expect(await store.create(appKey, botOf("three"), 2)).toBe("limit_reached");
    expect(idsOf(await store.find(appKey, ["one", "two", "three"]))).toEqual(["one", "two"]);
    expect(await store.create(otherAppKey, botOf("three"), 2)).toBe("created");
  });

  test("is not created beyond the app's limit by concurrent requests", async () => {
    const { store, appKey } = begin();
    const all = await Promise.all(ids(30).map((userId) => store.create(appKey, botOf(userId), 10)));
    expect(all.filter((each) => each === "created")).toHaveLength(10);
    expect(all.filter((each) => each === "limit_reached")).toHaveLength(20);
    expect(await store.find(appKey, ids(30))).toHaveLength(10);
  });

  test("is not visible to another app, which may have a bot with the same id", async () => {
    const { store, appKey, otherAppKey } = begin();
    await store.create(appKey, botOf("shared", { name: "ours" }), 10);
    expect(await store.find(otherAppKey, ["shared"])).toEqual([]);
    expect(await store.create(otherAppKey, botOf("shared", { name: "theirs" }), 10)).toBe("created");
    expect(await store.find(appKey, ["shared"])).toMatchObject([{ name: "ours" }]);
    expect(await store.find(otherAppKey, ["shared"])).toMatchObject([{ name: "theirs" }]);
  });

  test.each(["app", "bot#", "bot#one", "#", "汉".repeat(64), "\u0001".repeat(64), "😀"])(
    "may be called %j",
    async (userId) => {
      const { store, appKey } = begin();
      await store.create(appKey, botOf("one"), 10);
      expect(await store.create(appKey, botOf(userId), 10)).toBe("created");
      expect(await store.find(appKey, [userId])).toMatchObject([{ userId }]);
      expect(await store.create(appKey, botOf(userId), 10)).toBe("exists");
      expect(await store.update(appKey, userId, { name: "another" }, 1)).toEqual(updated);
      expect(await store.delete(appKey, userId)).toBe(true);
      expect(await store.find(appKey, ["one", userId])).toMatchObject([{ userId: "one" }]);
    },
  );
});
