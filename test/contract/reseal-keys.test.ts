import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { beforeEach, describe, expect, test } from "@jest/globals";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeResealKeys, type ResealResult } from "#adapters/dynamodb/reseal-keys.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { AppSecrets, AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { seal } from "#adapters/secrets/key-cipher.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { maskKey } from "#core/bot/key-mask.ts";
import { botOf } from "../support/bots.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { crashingBefore, interceptedClient, pausingBefore } from "../support/intercepted-client.ts";
import { losingReply } from "../support/losing-replies.ts";
import { difyIntegration, openAiIntegration, webhookIntegration } from "../support/turns.ts";
import { app, appsOf, namedKey } from "../unit/adapters/secrets/apps.ts";

const [before, next] = [namedKey("d1", 1), namedKey("d2", 7)];
type DataKeys = AppWithKeys["dataKeys"];
const appsWith = (...dataKeys: DataKeys): AppSecrets =>
  appsOf(app({ dataKeys }), app({ appKey: "app-two", dataKeys }));
const rotating = appsWith(next, before);
const later = 1_767_225_999_999;
const openKey = (apiKey: string) => ({ apiKey, maskedApiKey: maskKey(apiKey) });

const chat = difyIntegration({ type: "dify_chat", ...openKey("app-first-key-0001") });
const openai = openAiIntegration();
const one = botOf("one", { integrations: [webhookIntegration(), chat, openai] });
const two = botOf("two", { integrations: [difyIntegration()] });

let table: TestTable;
let old: BotStore;
beforeEach(async () => {
  table = closeAfterEach(await startTable("bots"));
  old = makeBotsTable({ ...table, apps: appsWith(before), clock });
  await old.create("app-one", one, 10);
  await old.create("app-two", two, 10);
});

const isUpdate = (command: unknown): boolean => command instanceof UpdateCommand;

const reseal = async ({ client = table.client, apps = rotating } = {}): Promise<ResealResult[]> => {
  const results: ResealResult[] = [];
  for await (const result of makeResealKeys({ client, tableName: table.tableName, apps })())
    results.push(result);
  return results.sort((a, b) => `${a.item} ${a.type}`.localeCompare(`${b.item} ${b.type}`));
};

const resultOf = (appKey: string, userId: string, type: string, status: string) => ({
  appKey,
  item: `bot#${userId}`,
  type,
  status,
});
const all = (status: string) => [
  resultOf("app-one", "one", "dify_chat", status),
  resultOf("app-one", "one", "openai", status),
  resultOf("app-two", "two", "dify_chatflow", status),
];

/** Everything that is encrypted, wherever it is in the table. */
const sealedInTable = async (): Promise<string[]> =>
  [...JSON.stringify(await table.items()).matchAll(/"sealedApiKey":"([^"]+)"/g)].map(
    ([, sealed = ""]) => sealed,
  );

const storeOf = (apps: AppSecrets): BotStore => makeBotsTable({ ...table, apps, clock });

/** As someone who can write to the table, or another version, would. */
const tamper = async (userId: string, change: (integrations: Record<string, object>) => object) => {
  const [item] = (await table.items()).filter(({ item: key }) => key === `bot#${userId}`);
  const integrations = change(item?.integrations as Record<string, object>);
  await table.client.send(new PutCommand({ TableName: table.tableName, Item: { ...item, integrations } }));
};

describe("after npm run reseal", () => {
  test("nothing in the table is encrypted with the old key, and every bot is otherwise unchanged", async () => {
    expect(await reseal()).toEqual(all("resealed"));
    const sealed = await sealedInTable();
    expect(sealed).toHaveLength(3);
    for (const each of sealed) expect(each).toMatch(/^d2\..*\.origin$/);
    const rotated = storeOf(appsWith(next));
    expect(await rotated.findWithKeys("app-one", "one")).toEqual(one);
    expect(await rotated.findWithKeys("app-two", "two")).toEqual(two);
    await expect(old.findWithKeys("app-one", "one")).rejects.toThrow();
  });

  test("a second run changes nothing", async () => {
    await reseal();
    const items = await table.items();
    const writes: unknown[] = [];
    const client = interceptedClient(table.client, (command, send) => {
      if (isUpdate(command)) writes.push(command);
      return send();
    });
    expect(await reseal({ client })).toEqual(all("current"));
    expect(writes).toEqual([]);
    expect(await table.items()).toEqual(items);
  });

  test("keys that 0.2 stored are bound to their origin, with or without a new data key", async () => {
    const unbound = seal([before], chat.apiKey, ["app-one", "one", "dify_chat"]);
    await tamper("one", ({ dify_chat, ...others }) => ({
      ...others,
      dify_chat: { ...dify_chat, sealedApiKey: unbound },
    }));
    const [resealed, ...others] = all("current");
    expect(await reseal({ apps: appsWith(before) })).toEqual([
      { ...resealed, status: "resealed" },
      ...others,
    ]);
    expect(await old.findWithKeys("app-one", "one")).toEqual(one);
    await tamper("one", ({ dify_chat, ...rest }) => ({
      ...rest,
      dify_chat: { ...dify_chat, callbackUrl: "https://attacker.example/v1" },
    }));
    await expect(old.findWithKeys("app-one", "one")).rejects.toThrow();
  });

  test("keys of many pages are encrypted again", async () => {
    // A page of a scan has at most 1 MB.
    const padding = "x".repeat(300_000);
    for (const userId of ["b1", "b2", "b3", "b4", "b5", "b6", "b7"]) {
      await old.create("app-one", botOf(userId), 10);
      await table.client.send(
        new UpdateCommand({
          TableName: table.tableName,
          Key: { appKey: "app-one", item: `bot#${userId}` },
          UpdateExpression: "SET padding = :padding",
          ExpressionAttributeValues: { ":padding": padding },
        }),
      );
    }
    const results = await reseal();
    expect(results).toHaveLength(10);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(["resealed"]));
  });
});

describe("a run of npm run reseal", () => {
  test("that was interrupted after any number of writes is completed by the next", async () => {
    let keys: DataKeys = [before];
    for (let written = 0; written < 3; written += 1) {
      keys = [namedKey(`next-${written}`, 10 + written), ...keys];
      const apps = appsWith(...keys);
      let writes = 0;
      const client = crashingBefore(table.client, (command) => isUpdate(command) && ++writes > written);
      await expect(reseal({ client, apps })).rejects.toThrow("the process is gone");
      expect((await reseal({ apps })).filter(({ status }) => status === "resealed")).toHaveLength(
        3 - written,
      );
      for (const sealed of await sealedInTable()) expect(sealed).toMatch(new RegExp(`^next-${written}\\.`));
    }
  });

  test("loses no concurrent change of the same integration", async () => {
    const held = pausingBefore(table.client, isUpdate);
    const running = reseal({ client: held.client });
    await held.paused;
    const store = storeOf(rotating);
    const moved = { callbackUrl: "https://dify.example.com/v1", ...openKey("app-second-key-0002") };
    await old.updateIntegration("app-one", "one", "dify_chat", moved, later);
    await store.updateIntegration("app-one", "one", "openai", { stream: false }, later);
    await old.updateIntegration("app-two", "two", "dify_chatflow", openKey("app-third-key-00003"), later);
    held.release();
    expect(await running).toEqual(all("resealed"));
    const rotated = storeOf(appsWith(next));
    expect(await rotated.findWithKeys("app-one", "one")).toMatchObject({
      integrations: [{}, moved, { stream: false, apiKey: openai.apiKey }],
    });
    expect(await rotated.findWithKeys("app-two", "two")).toMatchObject({
      integrations: [openKey("app-third-key-00003")],
    });
  });

  test("leaves what was removed meanwhile", async () => {
    const held = pausingBefore(table.client, isUpdate);
    const running = reseal({ client: held.client });
    await held.paused;
    await old.removeIntegration("app-one", "one", "dify_chat", later);
    await old.delete("app-two", "two");
    held.release();
    const results = await running;
    expect(results.map(({ status }) => status).sort()).toContain("gone");
    expect(results.map(({ status }) => status)).not.toContain("failed");
    expect(await table.items()).not.toContainEqual(expect.objectContaining({ item: "bot#two" }));
    expect(await storeOf(rotating).findWithKeys("app-one", "one")).toMatchObject({
      integrations: [{ type: "webhook" }, { type: "openai", apiKey: openai.apiKey }],
    });
  });

  test("is as if no reply had been lost, whichever one is", async () => {
    let keys: DataKeys = [before];
    for (let lost = 1; ; lost += 1) {
      keys = [namedKey(`next-${lost}`, 10 + lost), ...keys];
      const apps = appsWith(...keys);
      const lossy = closeAfterEach(await losingReply(table, lost));
      expect(await reseal({ client: lossy.client, apps })).toEqual(all("resealed"));
      if (lossy.calls() < lost) break;
    }
    expect(await sealedInTable()).toHaveLength(3);
  });

  test("reports what it cannot decrypt, leaves it unchanged, and continues", async () => {
    await tamper("one", ({ dify_chat, ...others }) => ({
      ...others,
      dify_chat: { ...dify_chat, sealedApiKey: seal([namedKey("lost", 9)], "app-x", ["any"]) },
      openai: { ...others.openai, callbackUrl: "https://attacker.example/v1" },
    }));
    const items = await table.items();
    const [chatResult, openAiResult, third] = all("failed");
    expect(await reseal()).toEqual([
      { ...chatResult, reason: "no data key with the id lost" },
      { ...openAiResult, reason: expect.stringMatching(/^it cannot be decrypted/) },
      { ...third, status: "resealed" },
    ]);
    const isOne = ({ item }: Record<string, unknown>): boolean => item === "bot#one";
    expect((await table.items()).filter(isOne)).toEqual(items.filter(isOne));
  });

  test("reports apps that are no longer in the secret, and records of another version", async () => {
    await tamper("one", (integrations) => ({ ...integrations, telepathy: { type: "telepathy" } }));
    const results = await reseal({ apps: appsOf(app({ dataKeys: [next, before] })) });
    expect(results).toEqual([
      {
        appKey: "app-one",
        item: "bot#one",
        status: "failed",
        reason: expect.stringMatching(/^a bot record is invalid: integrations\.telepathy/),
      },
      { ...all("failed")[2], reason: "the app is no longer in the secret" },
    ]);
  });
});
