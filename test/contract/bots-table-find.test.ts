import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "@jest/globals";
import { systemClock } from "#adapters/node/system-clock.ts";
import { botOf, ids, idsOf, testBots } from "../support/bots.ts";
import { interceptedClient } from "../support/intercepted-client.ts";

const { begin, table } = testBots();

/** DynamoDB under load: it reads `atOnce` keys of each batch and returns the others as unprocessed. */
const throttledClient = (atOnce: number) =>
  interceptedClient(table().client, async (command, send) => {
    if (!(command instanceof BatchGetCommand)) return send();
    const { tableName, client } = table();
    const Keys = command.input.RequestItems?.[tableName]?.Keys ?? [];
    const [now, later] = [Keys.slice(0, atOnce), Keys.slice(atOnce)];
    const reply =
      now.length === 0
        ? {}
        : await client.send(new BatchGetCommand({ RequestItems: { [tableName]: { Keys: now } } }));
    return { ...reply, UnprocessedKeys: later.length === 0 ? {} : { [tableName]: { Keys: later } } };
  });

describe("finding bots", () => {
  test("returns those that exist and omits unknown ones", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("known"), 10);
    expect(idsOf(await store.find(appKey, ["unknown", "known", "app"]))).toEqual(["known"]);
    expect(await store.find(appKey, ["unknown"])).toEqual([]);
    expect(await store.find(appKey, [])).toEqual([]);
    expect(await store.find("no-such-app", ["known"])).toEqual([]);
  });

  test("returns a bot once even if its id is requested twice", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("once"), 10);
    expect(await store.find(appKey, ["once", "once"])).toHaveLength(1);
  });

  test("returns all of 250, which are more than one call of DynamoDB accepts", async () => {
    const { store, appKey, plant } = begin();
    const wanted = ids(250);
    await plant(wanted);
    expect(idsOf(await store.find(appKey, wanted))).toEqual(wanted);
  });

  test("retries the keys that DynamoDB left unprocessed", async () => {
    const { store, appKey, plant } = begin({ client: throttledClient(30) });
    const wanted = ids(120);
    await plant(wanted);
    expect(idsOf(await store.find(appKey, wanted))).toEqual(wanted);
  });

  test("fails if DynamoDB never processes them: an existing bot must not be reported as missing", async () => {
    const clock = { ...systemClock, sleep: async () => {} };
    const { store, storeWith, appKey } = begin();
    await store.create(appKey, botOf("there"), 10);
    await expect(storeWith({ client: throttledClient(0), clock }).find(appKey, ["there"])).rejects.toThrow();
  });
});
