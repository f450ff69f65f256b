import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { botOf, ids, testBots } from "../support/bots.ts";

const { begin } = testBots();

describe("a page of an app's bots", () => {
  test("orders them by id, byte by byte, whenever they were created", async () => {
    const { store, appKey } = begin();
    const sorted = ["!", "A", "Z", "a", "app", "b", "é", "客服", "～", "😀"];
    for (const userId of sorted.toReversed()) await store.create(appKey, botOf(userId), 10);
    const { bots } = await store.page(appKey, 1, 100);
    expect(bots.map(({ userId }) => userId)).toEqual(sorted);
  });

  test("returns them complete, with their integrations", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("whole"), 10);
    expect(await store.page(appKey, 1, 10)).toEqual({ bots: await store.find(appKey, ["whole"]), total: 1 });
  });

  test("is empty for an app without bots", async () => {
    const { store, appKey } = begin();
    expect(await store.page(appKey, 1, 10)).toEqual({ bots: [], total: 0 });
    await store.create(appKey, botOf("one"), 10);
    await store.delete(appKey, "one");
    expect(await store.page(appKey, 1, 10)).toEqual({ bots: [], total: 0 });
  });

  test("has none of another app's bots", async () => {
    const { store, appKey, otherAppKey } = begin();
    await store.create(otherAppKey, botOf("theirs"), 10);
    await store.create(appKey, botOf("ours"), 10);
    expect(await store.page(appKey, 1, 10)).toMatchObject({ bots: [{ userId: "ours" }], total: 1 });
  });

  test("past the last one is empty, and gives the total", async () => {
    const { store, appKey, plant, plantIds } = begin();
    await plant(ids(5));
    await plantIds(ids(5));
    expect(await store.page(appKey, 4, 2)).toEqual({ bots: [], total: 5 });
    expect(await store.page(appKey, 1_000_000, 100)).toEqual({ bots: [], total: 5 });
  });

  test("and all others together have every bot once, each with the total", async () => {
    const size = { count: fc.nat(30), pageSize: fc.integer({ min: 1, max: 12 }) };
    await fc.assert(
      fc.asyncProperty(fc.record(size), async ({ count, pageSize }) => {
        const { store, appKey, plant, plantIds } = begin();
        await plant(ids(count));
        await plantIds(ids(count));
        const pages = Math.ceil(count / pageSize) + 1;
        const all = await Promise.all(
          Array.from({ length: pages }, (_, at) => store.page(appKey, at + 1, pageSize)),
        );
        expect(all.flatMap(({ bots }) => bots.map(({ userId }) => userId))).toEqual(ids(count));
        expect(all.every(({ bots }) => bots.length <= pageSize)).toBe(true);
        expect(all.map(({ total }) => total)).toEqual(Array(pages).fill(count));
      }),
      { numRuns: 20 },
    );
  });

  test("leads to the next while there is one, even if a crash left the set of ids wrong, and repairs the set", async () => {
    const state = {
      count: fc.nat(20),
      pageSize: fc.integer({ min: 1, max: 12 }),
      unlisted: fc.nat(5),
      tooMany: fc.nat(5),
    };
    await fc.assert(
      fc.asyncProperty(fc.record(state), async ({ count, pageSize, unlisted, tooMany }) => {
        const { store, appKey, plant, plantIds, listedIds } = begin();
        await plant(ids(count));
        await plantIds([...ids(count).slice(unlisted), ...ids(tooMany, "gone")], { reservedAt: 1 });
        const seen: string[] = [];
        let page = 0;
        let total: number;
        do {
          page += 1;
          const found = await store.page(appKey, page, pageSize);
          seen.push(...found.bots.map(({ userId }) => userId));
          total = found.total;
        } while (page * pageSize < total);
        expect(seen).toEqual(ids(count));
        expect(total).toBe(count);
        expect(await listedIds()).toEqual(ids(count));
      }),
      { numRuns: 20 },
    );
  });

  test("is right if there are more bots than DynamoDB reads at once, and no id is removed as stale", async () => {
    const { store, appKey, plant, plantIds, listedIds } = begin();
    const all = ids(30);
    await plant(all, { name: "x".repeat(100_000) });
    await plantIds(all, { reservedAt: 1 });
    for (const pageSize of [100, 30, 29, 15]) {
      const { bots, total } = await store.page(appKey, 1, pageSize);
      expect({ userIds: bots.map(({ userId }) => userId), total }).toEqual({
        userIds: all.slice(0, pageSize),
        total: 30,
      });
    }
    const { bots } = await store.page(appKey, 2, 20);
    expect(bots.map(({ userId }) => userId)).toEqual(all.slice(20));
    expect(await store.create(appKey, botOf("one-more"), 30)).toBe("limit_reached");
    expect(await listedIds()).toEqual(all);
  });
});
