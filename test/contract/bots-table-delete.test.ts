import { DeleteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "@jest/globals";
import { botOf, ids, idsOf, testBots } from "../support/bots.ts";
import { crashingBefore } from "../support/intercepted-client.ts";
import { difyIntegration } from "../support/turns.ts";

const { begin, table } = testBots();

describe("deleting a bot", () => {
  test("removes it and keeps the others", async () => {
    const { store, appKey, listedIds } = begin();
    for (const userId of ["one", "two"]) await store.create(appKey, botOf(userId), 10);
    expect(await store.delete(appKey, "one")).toBe(true);
    expect(idsOf(await store.find(appKey, ["one", "two"]))).toEqual(["two"]);
    expect(await store.findWithKeys(appKey, "one")).toBeUndefined();
    expect(await store.page(appKey, 1, 10)).toMatchObject({ bots: [{ userId: "two" }], total: 1 });
    expect(await listedIds()).toEqual(["two"]);
  });

  test("reports one that does not exist, and creates nothing", async () => {
    const { store, appKey } = begin();
    expect(await store.delete(appKey, "nobody")).toBe(false);
    await store.create(appKey, botOf("one"), 10);
    expect(await store.delete(appKey, "nobody")).toBe(false);
    expect(await store.delete(appKey, "one")).toBe(true);
    expect(await store.delete(appKey, "one")).toBe(false);
    const items = await table().items();
    expect(items.filter((item) => item.appKey === appKey && item.userId !== undefined)).toEqual([]);
  });

  test("frees its id for a new bot, which inherits nothing", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("one", { metadata: { old: "pair" } }), 10);
    await store.delete(appKey, "one");
    const again = botOf("one", { name: "the next", metadata: {}, integrations: [difyIntegration()] });
    expect(await store.create(appKey, again, 10)).toBe("created");
    expect(await store.findWithKeys(appKey, "one")).toEqual(again);
  });

  test("frees its place under the limit immediately", async () => {
    const { store, appKey } = begin();
    for (const userId of ids(3)) await store.create(appKey, botOf(userId), 3);
    for (let round = 0; round < 3; round += 1) {
      expect(await store.create(appKey, botOf(`next-${round}`), 3)).toBe("limit_reached");
      await store.delete(appKey, ids(3)[round] ?? "");
      expect(await store.create(appKey, botOf(`next-${round}`), 3)).toBe("created");
    }
  });

  test("does not affect another app's bot with the same id", async () => {
    const { store, appKey, otherAppKey } = begin();
    await store.create(otherAppKey, botOf("shared"), 10);
    expect(await store.delete(appKey, "shared")).toBe(false);
    await store.create(appKey, botOf("shared"), 10);
    expect(await store.delete(appKey, "shared")).toBe(true);
    expect(await store.find(otherAppKey, ["shared"])).toMatchObject([{ userId: "shared" }]);
    expect(await store.page(otherAppKey, 1, 10)).toMatchObject({ total: 1 });
  });

  test("succeeds for concurrent requests, at least one of which is told that it deleted the bot", async () => {
    const { store, appKey, listedIds } = begin();
    for (const userId of ["one", "two"]) await store.create(appKey, botOf(userId), 10);
    const all = await Promise.all(Array.from({ length: 10 }, () => store.delete(appKey, "one")));
    expect(all).toContain(true);
    expect(await store.find(appKey, ["one", "two"])).toMatchObject([{ userId: "two" }]);
    expect(await listedIds()).toEqual(["two"]);
  });

  test("is completed by the second attempt if the first stopped halfway", async () => {
    const { store, storeWith, appKey, listedIds } = begin();
    await store.create(appKey, botOf("half"), 1);
    const crashing = storeWith({
      client: crashingBefore(table().client, (each) => each instanceof UpdateCommand),
    });
    await expect(crashing.delete(appKey, "half")).rejects.toThrow();
    expect(await store.find(appKey, ["half"])).toEqual([]);
    expect(await store.delete(appKey, "half")).toBe(true);
    expect(await store.delete(appKey, "half")).toBe(false);
    expect(await listedIds()).toEqual([]);
    expect(await store.create(appKey, botOf("another"), 1)).toBe("created");
  });

  test("leaves the bot in place if it stopped before it began", async () => {
    const { store, storeWith, appKey } = begin();
    await store.create(appKey, botOf("whole"), 10);
    const crashing = storeWith({
      client: crashingBefore(table().client, (each) => each instanceof DeleteCommand),
    });
    await expect(crashing.delete(appKey, "whole")).rejects.toThrow();
    expect(await store.page(appKey, 1, 10)).toMatchObject({ bots: [{ userId: "whole" }], total: 1 });
  });
});
