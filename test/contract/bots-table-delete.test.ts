import { DeleteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "@jest/globals";
import { crashingBefore } from "../support/altered-client.ts";
import { botOf, ids, idsOf, testBots } from "../support/bots.ts";
import { difyIntegration } from "../support/turns.ts";

const { begin, table } = testBots();

describe("a bot that is deleted", () => {
  test("is gone, and the others stay", async () => {
    const { store, appKey, listedIds } = begin();
    for (const userId of ["one", "two"]) await store.create(appKey, botOf(userId), 10);
    expect(await store.delete(appKey, "one")).toBe(true);
    expect(idsOf(await store.find(appKey, ["one", "two"]))).toEqual(["two"]);
    expect(await store.findWithKeys(appKey, "one")).toBeUndefined();
    expect(await store.page(appKey, 1, 10)).toMatchObject({ bots: [{ userId: "two" }], total: 1 });
    expect(await listedIds()).toEqual(["two"]);
  });

  test("was not there, where there is none, and nothing comes to be", async () => {
    const { store, appKey } = begin();
    expect(await store.delete(appKey, "nobody")).toBe(false);
    await store.create(appKey, botOf("one"), 10);
    expect(await store.delete(appKey, "nobody")).toBe(false);
    expect(await store.delete(appKey, "one")).toBe(true);
    expect(await store.delete(appKey, "one")).toBe(false);
    const items = await table().items();
    expect(items.filter((item) => item.appKey === appKey && item.userId !== undefined)).toEqual([]);
  });

  test("leaves its id to another, who has nothing of it", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("one", { metadata: { old: "pair" } }), 10);
    await store.delete(appKey, "one");
    const again = botOf("one", { name: "the next", metadata: {}, integrations: [difyIntegration()] });
    expect(await store.create(appKey, again, 10)).toBe("created");
    expect(await store.findWithKeys(appKey, "one")).toEqual(again);
  });

  test("leaves its place under the cap at once", async () => {
    const { store, appKey } = begin();
    for (const userId of ids(3)) await store.create(appKey, botOf(userId), 3);
    for (let round = 0; round < 3; round += 1) {
      expect(await store.create(appKey, botOf(`next-${round}`), 3)).toBe("limit_reached");
      await store.delete(appKey, ids(3)[round] ?? "");
      expect(await store.create(appKey, botOf(`next-${round}`), 3)).toBe("created");
    }
  });

  test("is not another app's of the same id", async () => {
    const { store, appKey, otherAppKey } = begin();
    await store.create(otherAppKey, botOf("shared"), 10);
    expect(await store.delete(appKey, "shared")).toBe(false);
    await store.create(appKey, botOf("shared"), 10);
    expect(await store.delete(appKey, "shared")).toBe(true);
    expect(await store.find(otherAppKey, ["shared"])).toMatchObject([{ userId: "shared" }]);
    expect(await store.page(otherAppKey, 1, 10)).toMatchObject({ total: 1 });
  });

  test("is gone for all who delete it at the same time, and one at least is told so", async () => {
    const { store, appKey, listedIds } = begin();
    for (const userId of ["one", "two"]) await store.create(appKey, botOf(userId), 10);
    const all = await Promise.all(Array.from({ length: 10 }, () => store.delete(appKey, "one")));
    expect(all).toContain(true);
    expect(await store.find(appKey, ["one", "two"])).toMatchObject([{ userId: "two" }]);
    expect(await listedIds()).toEqual(["two"]);
  });

  test("is deleted whole the second time, where the first ended half-way", async () => {
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

  test("is still there, where the deletion ended before it began", async () => {
    const { store, storeWith, appKey } = begin();
    await store.create(appKey, botOf("whole"), 10);
    const crashing = storeWith({
      client: crashingBefore(table().client, (each) => each instanceof DeleteCommand),
    });
    await expect(crashing.delete(appKey, "whole")).rejects.toThrow();
    expect(await store.page(appKey, 1, 10)).toMatchObject({ bots: [{ userId: "whole" }], total: 1 });
  });
});
