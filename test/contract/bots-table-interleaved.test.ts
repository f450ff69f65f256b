import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { botOf, ids, idsOf, testBots } from "../support/bots.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { interceptedClient, pausingBefore } from "../support/intercepted-client.ts";
import { losingReply } from "../support/losing-replies.ts";
import { makeTestClock } from "../support/test-clock.ts";

const { begin, table } = testBots();
const isPut = (command: unknown): boolean => command instanceof PutCommand;
const isUpdate = (command: unknown): boolean => command instanceof UpdateCommand;
const minuteMs = 60_000;

describe("the set of an app's bots, while bots with one id are created and deleted", () => {
  test("has every existing bot, however creations, updates and deletions of one id interleave", async () => {
    const calls = fc.array(fc.constantFrom("create", "update", "delete", "page"), {
      minLength: 2,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), calls, fc.boolean(), async (scheduler, kinds, isThere) => {
        const call = scheduler.scheduleFunction(async (send: () => Promise<unknown>) => send());
        const client = interceptedClient(table().client, (_command, send) => call(send));
        const clock = makeTestClock();
        const { store: calm, storeWith, appKey, listedIds } = begin({ clock });
        if (isThere) await calm.create(appKey, botOf("one"), 10);
        await clock.advance(2 * minuteMs);
        const store = storeWith({ client, clock });
        const made = {
          create: () => store.create(appKey, botOf("one"), 10),
          update: () => store.update(appKey, "one", { name: "updated" }, 1),
          delete: () => store.delete(appKey, "one"),
          page: () => store.page(appKey, 1, 10),
        };
        await scheduler.waitFor(Promise.all(kinds.map((kind) => made[kind]())));

        const found = idsOf(await calm.find(appKey, ["one"]));
        expect(await listedIds()).toEqual(expect.arrayContaining(found));
        await clock.advance(minuteMs);
        expect(await calm.page(appKey, 1, 10)).toMatchObject({ total: found.length });
        expect(await listedIds()).toEqual(found);
      }),
      { numRuns: 30 },
    );
  });

  test("has a bot whose id was deleted while the bot was being created", async () => {
    const { store, storeWith, appKey, listedIds } = begin();
    const held = pausingBefore(table().client, isPut);
    const creation = storeWith({ client: held.client }).create(appKey, botOf("one"), 10);
    await held.paused;
    expect(await store.delete(appKey, "one")).toBe(true);
    held.release();
    expect(await creation).toBe("created");
    expect(await listedIds()).toEqual(["one"]);
  });

  test("has a bot that was created while one with its id was being deleted, even if a reply was lost", async () => {
    const { store, storeWith, appKey, listedIds } = begin();
    await store.create(appKey, botOf("one"), 10);
    const lossy = closeAfterEach(await losingReply(table(), 2));
    const held = pausingBefore(lossy.client, isUpdate);
    const deletion = storeWith({ client: held.client }).delete(appKey, "one");
    await held.paused;
    expect(await store.create(appKey, botOf("one"), 10)).toBe("created");
    held.release();
    expect(await deletion).toBe(true);
    expect(await listedIds()).toEqual(["one"]);
  });

  test("has every existing bot after many concurrent creations and deletions of a few ids", async () => {
    const { store, appKey, listedIds } = begin();
    const few = ids(3);
    const rounds = Array.from({ length: 5 }, () => few).flat();
    await Promise.all(
      rounds.flatMap((userId) => [store.create(appKey, botOf(userId), 10), store.delete(appKey, userId)]),
    );
    const found = idsOf(await store.find(appKey, few));
    expect(await listedIds()).toEqual(expect.arrayContaining(found));
  });
});
