import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { botOf, ids, idsOf, testBots } from "../support/bots.ts";
import { crashingBefore, interceptedClient, pausingBefore } from "../support/intercepted-client.ts";
import { makeTestClock } from "../support/test-clock.ts";

const { begin, table } = testBots();
const isPut = (command: unknown): boolean => command instanceof PutCommand;
const isUpdate = (command: unknown): boolean => command instanceof UpdateCommand;
const minuteMs = 60_000;

/** An app in which the creation of a bot called `crashed` stopped halfway. */
const beginCrashed = async () => {
  const clock = makeTestClock();
  const given = begin({ clock });
  const { store, storeWith, appKey } = given;
  await store.create(appKey, botOf("one"), 2);
  const crashing = storeWith({ client: crashingBefore(table().client, isPut), clock });
  await expect(crashing.create(appKey, botOf("crashed"), 2)).rejects.toThrow();
  return { ...given, clock };
};

describe("the id of a bot whose creation stopped halfway", () => {
  test("stops counting toward the limit after a minute", async () => {
    const { store, appKey, clock, listedIds } = await beginCrashed();
    expect(await store.create(appKey, botOf("two"), 2)).toBe("limit_reached");
    await clock.advance(minuteMs - 1);
    expect(await store.create(appKey, botOf("two"), 2)).toBe("limit_reached");
    await clock.advance(1);
    expect(await store.create(appKey, botOf("two"), 2)).toBe("created");
    expect(await store.create(appKey, botOf("three"), 2)).toBe("limit_reached");
    expect(await listedIds()).toEqual(["one", "two"]);
  });

  test("is not counted, and is removed from the set by the first listing after a minute", async () => {
    const { store, appKey, clock, listedIds } = await beginCrashed();
    expect(await store.page(appKey, 1, 10)).toMatchObject({ bots: [{ userId: "one" }], total: 1 });
    expect(await listedIds()).toEqual(["crashed", "one"]);
    await clock.advance(minuteMs);
    expect(await store.page(appKey, 1, 10)).toMatchObject({ bots: [{ userId: "one" }], total: 1 });
    expect(await listedIds()).toEqual(["one"]);
  });

  test("can be used by the next creation, immediately and even if the app has reached its limit", async () => {
    const { store, appKey, listedIds } = await beginCrashed();
    expect(await store.create(appKey, botOf("crashed", { name: "again" }), 2)).toBe("created");
    expect(await store.find(appKey, ["crashed"])).toMatchObject([{ name: "again" }]);
    expect(await listedIds()).toEqual(["crashed", "one"]);
  });

  test("does not count either in an app written by the previous version, which did not store the time", async () => {
    const { store, appKey, plant, plantIds, listedIds } = begin();
    await plant(["one"]);
    await plantIds(["crashed", "one"]);
    expect(await store.create(appKey, botOf("two"), 2)).toBe("created");
    expect(await listedIds()).toEqual(["one", "two"]);
  });

  test("is removed from the set even if it was the only one", async () => {
    const { store, appKey, plantIds, listedIds } = begin();
    await plantIds(["crashed"], { reservedAt: 1 });
    expect(await store.page(appKey, 1, 10)).toEqual({ bots: [], total: 0 });
    expect(await listedIds()).toEqual([]);
    expect(await store.create(appKey, botOf("one"), 1)).toBe("created");
  });
});

describe("a bot whose creation is in progress", () => {
  test("keeps its place under the limit while others list or create bots", async () => {
    const clock = makeTestClock();
    const { store, storeWith, appKey, listedIds } = begin({ clock });
    await store.create(appKey, botOf("one"), 2);
    await clock.advance(10 * minuteMs);
    const held = pausingBefore(table().client, isPut);
    const creation = storeWith({ client: held.client, clock }).create(appKey, botOf("slow"), 2);
    await held.paused;
    await clock.advance(minuteMs - 1);
    expect(await store.page(appKey, 1, 10)).toMatchObject({ total: 1 });
    expect(await store.create(appKey, botOf("two"), 2)).toBe("limit_reached");
    held.release();
    expect(await creation).toBe("created");
    expect(await listedIds()).toEqual(["one", "slow"]);
  });

  test("keeps its place even if a listing has just found its id left over from a crash", async () => {
    const { store, storeWith, appKey, clock, listedIds } = await beginCrashed();
    await clock.advance(minuteMs);
    const listing = pausingBefore(table().client, isUpdate);
    const page = storeWith({ client: listing.client, clock }).page(appKey, 1, 10);
    await listing.paused;
    const held = pausingBefore(table().client, isPut);
    const creation = storeWith({ client: held.client, clock }).create(appKey, botOf("crashed"), 2);
    await held.paused;
    listing.release();
    await page;
    expect(await store.create(appKey, botOf("two"), 2)).toBe("limit_reached");
    held.release();
    expect(await creation).toBe("created");
    expect(await listedIds()).toEqual(["crashed", "one"]);
  });

  test("does not push the app past its limit while others are created and listed as an old id is removed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 1, max: 3 }), async (scheduler, cap) => {
        const call = scheduler.scheduleFunction(async (send: () => Promise<unknown>) => send());
        const client = interceptedClient(table().client, (_command, send) => call(send));
        const { store, appKey, plantIds, listedIds } = begin({ client });
        await plantIds(ids(cap, "gone"), { reservedAt: 1 });
        const userIds = [...ids(3), "gone-1000"];
        const answers = scheduler.waitFor(
          Promise.all([
            store.page(appKey, 1, 10),
            ...userIds.map((userId) => store.create(appKey, botOf(userId), cap)),
            store.page(appKey, 1, 10),
          ]),
        );
        const created = (await answers).filter((each) => each === "created");
        const found = idsOf(await scheduler.waitFor(store.find(appKey, userIds)));
        expect(found).toHaveLength(created.length);
        expect(found.length).toBeLessThanOrEqual(cap);
        const listed = await listedIds();
        expect(listed).toEqual(expect.arrayContaining(found));
        expect(listed.length).toBeLessThanOrEqual(cap);
      }),
      { numRuns: 20 },
    );
  });
});

describe("the set of an app's bots", () => {
  test("is returned whole, without another app's bots, and is empty if there are none", async () => {
    const { store, appKey, otherAppKey } = begin();
    expect(await store.ids(appKey)).toEqual(new Set());
    await store.create(otherAppKey, botOf("theirs"), 10);
    for (const userId of ["one", "two", "three"]) await store.create(appKey, botOf(userId), 10);
    await store.delete(appKey, "two");
    expect(await store.ids(appKey)).toEqual(new Set(["one", "three"]));
    await store.delete(otherAppKey, "theirs");
    expect(await store.ids(otherAppKey)).toEqual(new Set());
  });

  test("gets the missing bot added by the first listing", async () => {
    const { store, appKey, plant, listedIds } = begin();
    await store.create(appKey, botOf("one"), 10);
    await plant(["lost"]);
    expect(await store.page(appKey, 1, 10)).toMatchObject({ total: 2 });
    expect(await listedIds()).toEqual(["lost", "one"]);
    expect(await store.create(appKey, botOf("two"), 2)).toBe("limit_reached");
  });
});
