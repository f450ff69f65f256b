import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "@jest/globals";
import { systemClock } from "#adapters/node/system-clock.ts";
import { alteredClient } from "../support/altered-client.ts";
import { botOf, ids, idsOf, testBots } from "../support/bots.ts";

const { begin, table } = testBots();

/** DynamoDB under load: of each batch it reads `atOnce` keys and hands the others back. */
const hesitant = (atOnce: number) =>
  alteredClient(table().client, async (command, send) => {
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
  test("gives those that are there, and leaves unknown ones out", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("known"), 10);
    expect(idsOf(await store.find(appKey, ["unknown", "known", "app"]))).toEqual(["known"]);
    expect(await store.find(appKey, ["unknown"])).toEqual([]);
    expect(await store.find(appKey, [])).toEqual([]);
    expect(await store.find("no-such-app", ["known"])).toEqual([]);
  });

  test("gives one that is asked for twice once", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("once"), 10);
    expect(await store.find(appKey, ["once", "once"])).toHaveLength(1);
  });

  test("gives all of 250, which are more than one call of DynamoDB takes", async () => {
    const { store, appKey, plant } = begin();
    const wanted = ids(250);
    await plant(wanted);
    expect(idsOf(await store.find(appKey, wanted))).toEqual(wanted);
  });

  test("asks again for what DynamoDB left unread", async () => {
    const { store, appKey, plant } = begin({ client: hesitant(30) });
    const wanted = ids(120);
    await plant(wanted);
    expect(idsOf(await store.find(appKey, wanted))).toEqual(wanted);
  });

  test("fails where DynamoDB leaves them unread for good: a bot that is there must not be taken for none", async () => {
    const clock = { ...systemClock, sleep: async () => {} };
    const { store, storeWith, appKey } = begin();
    await store.create(appKey, botOf("there"), 10);
    await expect(storeWith({ client: hesitant(0), clock }).find(appKey, ["there"])).rejects.toThrow();
  });
});
