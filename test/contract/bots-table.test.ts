import { BatchGetCommand, DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeBotsTable } from "../../functions/adapters/dynamodb/bots-table.ts";
import { systemClock } from "../../functions/adapters/node/system-clock.ts";
import type { Bot, OpenBot } from "../../functions/core/bot.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { bot, difyIntegration, webhookIntegration } from "../support/turns.ts";
import { app, appsOf, namedKey } from "../unit/adapters/secrets/apps.ts";

let table: TestTable;
beforeAll(async () => {
  table = await startTable("bots");
});
afterAll(() => table.close());

let appsSoFar = 0;
/** The store, and an app that no other test has. */
const begin = (client = table.client) => {
  appsSoFar += 1;
  const appKey = `app-${appsSoFar}`;
  const apps = appsOf(app({ appKey }), app({ appKey: `${appKey}-other` }));
  return {
    appKey,
    otherAppKey: `${appKey}-other`,
    store: makeBotsTable({ client, tableName: table.tableName, apps, clock: systemClock }),
  };
};

const botOf = (userId: string, given: Partial<OpenBot> = {}): OpenBot => bot({ userId, ...given });
const idsOf = (bots: readonly Bot[]): string[] => bots.map(({ userId }) => userId).sort();
const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `bot-${1000 + at}`);

describe("a bot", () => {
  test("is found as it was created, at once", async () => {
    const { store, appKey } = begin();
    const created = botOf("whole", {
      name: "客服 😀",
      metadata: { tone: "formal", version: "1" },
      integrations: [
        difyIntegration({ type: "dify_workflow", stream: false, handleResponse: false, apiKey: "app-2" }),
        webhookIntegration({ enabled: false, objectNames: ["RC:TxtMsg"], events: ["group:bot_join"] }),
      ],
    });
    expect(await store.create(appKey, created, 10)).toBe("created");
    const found = await store.open(appKey, "whole");
    // DynamoDB's maps keep no order.
    const byType = (one: { type: string }, other: { type: string }) => one.type.localeCompare(other.type);
    expect({ ...found, integrations: found?.integrations.toSorted(byType) }).toMatchObject({ ...created });
  });

  test("is found without metadata and integrations, where it has none", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("bare", { metadata: {}, integrations: [] }), 10);
    expect(await store.find(appKey, ["bare"])).toMatchObject([
      { userId: "bare", metadata: {}, integrations: [] },
    ]);
  });

  test("of an id that is taken is not created, and the one before it stays as it was", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("twice", { name: "the first" }), 10);
    expect(await store.create(appKey, botOf("twice", { name: "the second" }), 10)).toBe("exists");
    expect(await store.find(appKey, ["twice"])).toMatchObject([{ name: "the first" }]);
  });

  test("of an id that is taken is told so also where the app is full", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("only"), 1);
    expect(await store.create(appKey, botOf("only"), 1)).toBe("exists");
  });

  test("is created once, of many of the same id at the same time", async () => {
    const { store, appKey } = begin();
    const names = ids(10);
    const all = await Promise.all(names.map((name) => store.create(appKey, botOf("same", { name }), 10)));
    expect(all.filter((each) => each === "created")).toHaveLength(1);
    expect(all.filter((each) => each === "exists")).toHaveLength(9);
    const winner = names[all.indexOf("created")];
    expect(await store.find(appKey, ["same"])).toMatchObject([{ name: winner }]);
  });

  test("is not created past the app's cap", async () => {
    const { store, appKey, otherAppKey } = begin();
    expect(await store.create(appKey, botOf("one"), 2)).toBe("created");
    expect(await store.create(appKey, botOf("two"), 2)).toBe("created");
    expect(await store.create(appKey, botOf("three"), 2)).toBe("over_cap");
    expect(idsOf(await store.find(appKey, ["one", "two", "three"]))).toEqual(["one", "two"]);
    expect(await store.create(otherAppKey, botOf("three"), 2)).toBe("created");
  });

  test("is not created past the app's cap by many at the same time", async () => {
    const { store, appKey } = begin();
    const all = await Promise.all(ids(30).map((userId) => store.create(appKey, botOf(userId), 10)));
    expect(all.filter((each) => each === "created")).toHaveLength(10);
    expect(all.filter((each) => each === "over_cap")).toHaveLength(20);
    expect(await store.find(appKey, ids(30))).toHaveLength(10);
  });

  test("is not seen by another app, which may have one of the same id", async () => {
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
    },
  );
});

describe("a Dify key in the table", () => {
  const itemOf = async (appKey: string) =>
    (await table.items()).find((item) => item.appKey === appKey && item.userId !== undefined);

  test("is sealed: nothing in the bot's item shows it", async () => {
    const { store, appKey } = begin();
    const integrations = [difyIntegration({ apiKey: "app-key-to-look-for" })];
    await store.create(appKey, botOf("sealed", { integrations }), 10);
    const item = JSON.stringify(await itemOf(appKey));
    expect(item).toContain("sealedApiKey");
    expect(item).not.toContain("app-key-to-look-for");
    expect(item).not.toContain(Buffer.from("app-key-to-look-for").toString("base64").slice(0, -4));
  });

  test("is read under either key while the app's is rotated, and by nobody without them", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("rotated"), 10);
    const storeWith = (...dataKeys: [ReturnType<typeof namedKey>, ...ReturnType<typeof namedKey>[]]) =>
      makeBotsTable({ ...table, apps: appsOf(app({ appKey, dataKeys })), clock: systemClock });
    const rotating = storeWith(namedKey("d2", 7), namedKey("d1", 1));
    expect(await rotating.open(appKey, "rotated")).toMatchObject({
      integrations: [{ apiKey: "app-secret-key" }],
    });
    await expect(storeWith(namedKey("d2", 7)).open(appKey, "rotated")).rejects.toThrow();
  });

  test("stays closed for whoever only looks the bot up, who needs no key for it", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("closed"), 10);
    const keyless = makeBotsTable({ ...table, apps: appsOf(), clock: systemClock });
    const [found] = await keyless.find(appKey, ["closed"]);
    expect(found).toMatchObject({ userId: "closed", integrations: [{ type: "dify_chatflow" }] });
    expect(JSON.stringify(found)).not.toMatch(/key/i);
  });
});

describe("finding bots", () => {
  /** Bots in plenty, without creating each: copies of the item of one that was created. */
  const plant = async (appKey: string, userIds: readonly string[]): Promise<void> => {
    const seeding = begin();
    await seeding.store.create(seeding.appKey, botOf("seed", { integrations: [] }), 10);
    const seed = (await table.items()).find(({ userId }) => userId === "seed");
    await Promise.all(
      userIds.map((userId) => {
        const item = String(seed?.item).replace("seed", userId);
        return table.client.send(
          new PutCommand({ TableName: table.tableName, Item: { ...seed, appKey, item, userId } }),
        );
      }),
    );
  };

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
    const { store, appKey } = begin();
    const wanted = ids(250);
    await plant(appKey, wanted);
    expect(idsOf(await store.find(appKey, wanted))).toEqual(wanted);
  });

  /** DynamoDB under load: of each batch it reads `atOnce` keys and hands the others back. */
  const hesitant = (atOnce: number): DynamoDBDocumentClient => {
    const client = DynamoDBDocumentClient.from(table.client);
    const send = client.send.bind(client);
    client.send = async (command: unknown) => {
      if (!(command instanceof BatchGetCommand)) return send(command as BatchGetCommand);
      const Keys = command.input.RequestItems?.[table.tableName]?.Keys ?? [];
      const [now, later] = [Keys.slice(0, atOnce), Keys.slice(atOnce)];
      const reply =
        now.length === 0
          ? {}
          : await send(new BatchGetCommand({ RequestItems: { [table.tableName]: { Keys: now } } }));
      return { ...reply, UnprocessedKeys: later.length === 0 ? {} : { [table.tableName]: { Keys: later } } };
    };
    return client;
  };

  test("asks again for what DynamoDB left unread", async () => {
    const { store, appKey } = begin(hesitant(30));
    const wanted = ids(120);
    await plant(appKey, wanted);
    expect(idsOf(await store.find(appKey, wanted))).toEqual(wanted);
  });

  test("fails where DynamoDB leaves them unread for good: a bot that is there must not be taken for none", async () => {
    const { store, appKey } = begin(hesitant(0));
    await store.create(appKey, botOf("there"), 10);
    await expect(store.find(appKey, ["there"])).rejects.toThrow();
  });
});
