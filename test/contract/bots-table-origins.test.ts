import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { seal } from "#adapters/secrets/key-cipher.ts";
import type { BotStore } from "#core/bot/bot.ts";
import type { IntegrationInput, IntegrationWithKey } from "#core/bot/integration.ts";
import { modelTypes } from "#core/bot/integration-types.ts";
import { maskKey } from "#core/bot/key-mask.ts";
import { botOf, integrationOf, testBots, updated } from "../support/bots.ts";
import { interceptedClient, pausingBefore } from "../support/intercepted-client.ts";
import { difyIntegration, webhookIntegration } from "../support/turns.ts";
import { app, namedKey } from "../unit/adapters/secrets/apps.ts";

const { begin, table } = testBots();
const later = 1_767_225_999_999;
const isUpdate = (command: unknown): boolean => command instanceof UpdateCommand;

const key = "app-first-key-0001";
const nextKey = "app-second-key-0002";
const openKey = (apiKey: string) => ({ apiKey, maskedApiKey: maskKey(apiKey) });
const from = "https://api.dify.ai";
const to = "https://dify.example.com";
const chat = difyIntegration({ type: "dify_chat", ...openKey(key) });
const refused = { status: "new_origin", type: "dify_chat", from, to };

const beginWith = async (...integrations: IntegrationWithKey[]) => {
  const given = begin();
  await given.store.create(given.appKey, botOf("one", { integrations }), 10);
  const [shown] = await given.store.find(given.appKey, ["one"]);
  return { ...given, shown: shown?.integrations ?? [] };
};

type Stored = Record<string, Record<string, Record<string, unknown>>>;

/** Overwrites fields of a stored integration, as someone who can write to the table could. */
const tamper = async (appKey: string, item: Record<string, unknown> | undefined, fields: object) => {
  const { integrations = {} } = item as unknown as Stored;
  const changed = { ...integrations, dify_chat: { ...integrations.dify_chat, ...fields } };
  await table().client.send(
    new PutCommand({ TableName: table().tableName, Item: { ...item, appKey, integrations: changed } }),
  );
};

const sealedIn = (item: Record<string, unknown> | undefined, type = "dify_chat"): unknown =>
  (item as unknown as Stored | undefined)?.integrations?.[type]?.sealedApiKey;

describe("the key of an integration whose callbackUrl changes", () => {
  test.each(modelTypes)("to another origin is refused for %s, and nothing changes", async (type) => {
    const integration = integrationOf(type);
    const { store, appKey, itemOf, shown } = await beginWith(webhookIntegration(), integration);
    const before = await itemOf("one");
    const callbackUrl = "https://attacker.example/v1";
    const refusal = {
      status: "new_origin",
      type,
      from: "https://example.com",
      to: "https://attacker.example",
    };
    const sentBack = shown.map((each): IntegrationInput => ({ ...each, callbackUrl }));

    expect(await store.updateIntegration(appKey, "one", type, { callbackUrl }, later)).toEqual(refusal);
    const masked = { callbackUrl, maskedApiKey: maskKey("secret-key-0001") };
    expect(await store.updateIntegration(appKey, "one", type, masked, later)).toEqual(refusal);
    expect(await store.update(appKey, "one", { integrations: sentBack }, later)).toEqual(refusal);
    expect(await itemOf("one")).toEqual(before);
  });

  test.each([
    ["http", "http://api.dify.ai/v1"],
    ["another port", "https://api.dify.ai:8443/v1"],
    ["a subdomain", "https://eu.api.dify.ai/v1"],
    ["a name that begins with the same one", "https://api.dify.ai.attacker.example/v1"],
    ["a name with a dot at its end", "https://api.dify.ai./v1"],
  ])("to %s is refused", async (_what, callbackUrl) => {
    const { store, appKey } = await beginWith(chat);
    expect(await store.updateIntegration(appKey, "one", "dify_chat", { callbackUrl }, later)).toMatchObject({
      status: "new_origin",
      to: new URL(callbackUrl).origin,
    });
  });

  test("from http to https is refused", async () => {
    const { store, appKey } = await beginWith({ ...chat, callbackUrl: "http://api.dify.ai/v1" });
    const changes = { callbackUrl: "https://api.dify.ai/v1" };
    expect(await store.updateIntegration(appKey, "one", "dify_chat", changes, later)).toMatchObject({
      status: "new_origin",
      from: "http://api.dify.ai",
    });
  });

  test.each([
    ["another path and query", "https://api.dify.ai/another/v1?tenant=7"],
    ["the same origin in another notation", "HTTPS://API.Dify.AI:443/v1"],
  ])("to %s is kept", async (_what, callbackUrl) => {
    const { store, appKey, shown } = await beginWith(chat);
    expect(await store.updateIntegration(appKey, "one", "dify_chat", { callbackUrl }, later)).toEqual(
      updated,
    );
    const integrations = shown.map((each): IntegrationInput => ({ ...each, callbackUrl }));
    expect(await store.update(appKey, "one", { integrations }, later)).toEqual(updated);
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({
      integrations: [{ callbackUrl, apiKey: key }],
    });
  });

  test.each<[string, (store: BotStore, appKey: string) => Promise<unknown>]>([
    [
      "an update of the integration",
      (store, appKey) =>
        store.updateIntegration(
          appKey,
          "one",
          "dify_chat",
          { callbackUrl: `${to}/v1`, ...openKey(nextKey) },
          later,
        ),
    ],
    [
      "an update of the bot",
      (store, appKey) => {
        const integrations = [{ ...chat, callbackUrl: `${to}/v1`, ...openKey(nextKey) }];
        return store.update(appKey, "one", { integrations }, later);
      },
    ],
  ])("is the one that %s gives with it", async (_what, update) => {
    const { store, appKey } = await beginWith(chat);
    expect(await update(store, appKey)).toEqual(updated);
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({
      integrations: [{ callbackUrl: `${to}/v1`, apiKey: nextKey }],
    });
  });

  test("is sealed for the stored origin if only the key is given", async () => {
    const { store, appKey } = await beginWith(chat);
    expect(await store.updateIntegration(appKey, "one", "dify_chat", openKey(nextKey), later)).toEqual(
      updated,
    );
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({ integrations: [{ apiKey: nextKey }] });
  });

  test("cannot be had by another type, or by removing the integration and adding it", async () => {
    const { store, appKey, shown } = await beginWith(chat);
    const agent = difyIntegration({ type: "dify_agent", callbackUrl: `${to}/v1`, ...openKey(key) });
    const { apiKey: _none, ...masked } = agent;
    const wrongKey = { status: "wrong_key", type: "dify_agent" };
    expect(await store.update(appKey, "one", { integrations: [masked] }, later)).toEqual(wrongKey);
    await store.removeIntegration(appKey, "one", "dify_chat", later);
    const readded = shown.map((each): IntegrationInput => ({ ...each, callbackUrl: `${to}/v1` }));
    expect(await store.update(appKey, "one", { integrations: readded }, later)).toEqual({
      status: "wrong_key",
      type: "dify_chat",
    });
  });

  test("of a webhook needs no key: it has none", async () => {
    const { store, appKey } = await beginWith(webhookIntegration());
    const changes = { callbackUrl: "https://another.example/" };
    expect(await store.updateIntegration(appKey, "one", "webhook", changes, later)).toEqual(updated);
  });

  test("is not sent to another origin by an update that another one overtakes", async () => {
    const { store, storeWith, appKey } = await beginWith({ ...chat, callbackUrl: `${to}/v1` });
    const held = pausingBefore(table().client, isUpdate);
    const changes = { callbackUrl: `${to}/v2` };
    const update = storeWith({ client: held.client }).updateIntegration(
      appKey,
      "one",
      "dify_chat",
      changes,
      later,
    );
    await held.paused;
    const moved = { callbackUrl: `${from}/v1`, ...openKey(nextKey) };
    expect(await store.updateIntegration(appKey, "one", "dify_chat", moved, later)).toEqual(updated);
    held.release();
    expect(await update).toEqual({ ...refused });
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({
      integrations: [{ callbackUrl: `${from}/v1`, apiKey: nextKey }],
    });
  });

  test("can always be decrypted, and is only at an origin that it was given for, however updates interleave", async () => {
    const keyFor: Record<string, string> = { [from]: key, [to]: nextKey };
    const origin = fc.constantFrom(from, to);
    const call = fc.record({
      origin,
      path: fc.constantFrom("/v1", "/v2"),
      how: fc.constantFrom("url", "key and url", "list", "list with key"),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(call, { minLength: 2, maxLength: 4 }),
        async (scheduler, calls) => {
          const { store: calm, storeWith, appKey, shown } = await beginWith(chat);
          const schedule = scheduler.scheduleFunction(async (send: () => Promise<unknown>) => send());
          const store = storeWith({
            client: interceptedClient(table().client, (_command, send) => schedule(send)),
          });
          const make = async ({ origin: target, path, how }: (typeof calls)[number]): Promise<void> => {
            const callbackUrl = `${target}${path}`;
            const open = openKey(keyFor[target] ?? "");
            const list = shown.map((each): IntegrationInput => ({ ...each, callbackUrl }));
            const update = {
              url: () => store.updateIntegration(appKey, "one", "dify_chat", { callbackUrl }, later),
              "key and url": () =>
                store.updateIntegration(appKey, "one", "dify_chat", { callbackUrl, ...open }, later),
              list: () => store.update(appKey, "one", { integrations: list }, later),
              "list with key": () =>
                store.update(appKey, "one", { integrations: [{ ...chat, callbackUrl, ...open }] }, later),
            }[how];
            // After three attempts, an update gives up.
            await update().catch((error: unknown) => expect(String(error)).toMatch(/the bot changed while/));
          };
          await scheduler.waitFor(Promise.all(calls.map(make)));
          const found = await calm.findWithKeys(appKey, "one");
          const [integration] = found?.integrations ?? [];
          const at = new URL(integration?.callbackUrl ?? "").origin;
          expect(integration).toMatchObject({ apiKey: keyFor[at] });
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("an encrypted key", () => {
  test("cannot be decrypted once its record has a URL of another origin", async () => {
    const { store, appKey, itemOf } = await beginWith(chat);
    await tamper(appKey, await itemOf("one"), { callbackUrl: `${from}/v2` });
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({ integrations: [{ apiKey: key }] });
    await tamper(appKey, await itemOf("one"), { callbackUrl: `${to}/v1` });
    await expect(store.findWithKeys(appKey, "one")).rejects.toThrow();
  });

  test("cannot be decrypted as one that is not bound to an origin either", async () => {
    const { store, appKey, itemOf } = await beginWith(chat);
    const sealed = String(sealedIn(await itemOf("one")));
    const stripped = sealed.slice(0, sealed.lastIndexOf("."));
    await tamper(appKey, await itemOf("one"), { callbackUrl: `${to}/v1`, sealedApiKey: stripped });
    await expect(store.findWithKeys(appKey, "one")).rejects.toThrow();
  });
});

describe("a key that version 0.2 stored, not bound to an origin,", () => {
  const beginUnbound = async (...others: IntegrationWithKey[]) => {
    const given = await beginWith(chat, ...others);
    const { appKey, itemOf } = given;
    const unbound = seal(app({ appKey }).dataKeys, key, [appKey, "one", "dify_chat"]);
    await tamper(appKey, await itemOf("one"), { sealedApiKey: unbound });
    return { ...given, unbound };
  };
  const agent = difyIntegration({ type: "dify_agent", apiKey: "app-agent" });

  test("is decrypted, and not written by reading it", async () => {
    const { store, appKey, itemOf, unbound } = await beginUnbound();
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({ integrations: [{ apiKey: key }] });
    expect(sealedIn(await itemOf("one"))).toBe(unbound);
  });

  test.each<[string, (store: BotStore, appKey: string) => Promise<unknown>, boolean]>([
    ["the bot's name", (store, appKey) => store.update(appKey, "one", { name: "new" }, later), true],
    [
      "its own integration",
      (store, appKey) => store.updateIntegration(appKey, "one", "dify_chat", { enabled: false }, later),
      true,
    ],
    [
      "its path",
      (store, appKey) =>
        store.updateIntegration(appKey, "one", "dify_chat", { callbackUrl: `${from}/v2` }, later),
      true,
    ],
    [
      "another integration",
      (store, appKey) => store.updateIntegration(appKey, "one", "dify_agent", { enabled: false }, later),
      true,
    ],
    [
      "another, removed",
      (store, appKey) => store.removeIntegration(appKey, "one", "dify_agent", later),
      true,
    ],
    [
      "another, added",
      (store, appKey) => store.addIntegration(appKey, "one", webhookIntegration(), later),
      true,
    ],
  ])("is bound to its origin by the next write, of %s", async (_what, write) => {
    const { store, appKey, itemOf, unbound } = await beginUnbound(agent);
    expect(await write(store, appKey)).not.toHaveProperty("type");
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({
      integrations: expect.arrayContaining([expect.objectContaining({ apiKey: key })]),
    });
    expect(sealedIn(await itemOf("one"))).not.toBe(unbound);
    await tamper(appKey, await itemOf("one"), { callbackUrl: `${to}/v1` });
    await expect(store.findWithKeys(appKey, "one")).rejects.toThrow();
  });

  test("is bound if the bot is sent back as it was shown", async () => {
    const { store, appKey, itemOf, shown } = await beginUnbound();
    expect(await store.update(appKey, "one", { integrations: shown }, later)).toEqual(updated);
    await tamper(appKey, await itemOf("one"), { callbackUrl: `${to}/v1` });
    await expect(store.findWithKeys(appKey, "one")).rejects.toThrow();
  });

  test("is not sent to another origin", async () => {
    const { store, appKey, itemOf } = await beginUnbound();
    const before = await itemOf("one");
    const changes = { callbackUrl: `${to}/v1` };
    expect(await store.updateIntegration(appKey, "one", "dify_chat", changes, later)).toEqual(refused);
    expect(await itemOf("one")).toEqual(before);
  });

  test("keeps a concurrent update's new key", async () => {
    const { store, storeWith, appKey } = await beginUnbound();
    const held = pausingBefore(table().client, isUpdate);
    const renamed = storeWith({ client: held.client }).update(appKey, "one", { name: "new" }, later);
    await held.paused;
    await store.updateIntegration(appKey, "one", "dify_chat", openKey(nextKey), later);
    held.release();
    expect(await renamed).toEqual(updated);
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({
      name: "new",
      integrations: [{ apiKey: nextKey }],
    });
  });

  test("does not keep the bot from being changed if its data key is gone", async () => {
    const { store, storeWith, appKey, itemOf, unbound } = await beginUnbound();
    const withoutKey = storeWith({ dataKeys: [namedKey("d2", 7)] });
    expect(await withoutKey.update(appKey, "one", { name: "new" }, later)).toEqual(updated);
    expect(sealedIn(await itemOf("one"))).toBe(unbound);
    expect(await store.find(appKey, ["one"])).toMatchObject([{ name: "new" }]);
  });
});
