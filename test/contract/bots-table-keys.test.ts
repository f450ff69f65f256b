import { describe, expect, test } from "@jest/globals";
import { canAnswer, type IntegrationChanges } from "#core/bot/integration.ts";
import { maskKey } from "#core/bot/key-mask.ts";
import { botOf, testBots, unknownBot, updated } from "../support/bots.ts";
import { difyIntegration, webhookIntegration } from "../support/turns.ts";
import { app, appsBehind, appsOf, namedKey } from "../unit/adapters/secrets/apps.ts";

const { begin } = testBots();
const later = 1_767_225_999_999;

const key = "app-first-key-0001";
const nextKey = "app-second-key-0002";
const openKey = (apiKey: string) => ({ apiKey, maskedApiKey: maskKey(apiKey) });
const keyed = botOf("keyed", {
  integrations: [webhookIntegration(), difyIntegration({ type: "dify_chat", ...openKey(key) })],
});

/** A bot with a key, and the form of it that is sent back. */
const beginKeyed = async () => {
  const given = begin();
  await given.store.create(given.appKey, keyed, 10);
  const [shown] = await given.store.find(given.appKey, ["keyed"]);
  return { ...given, shown: shown?.integrations ?? [] };
};

/** Every form that would reveal a key: the key itself and its bytes. */
const spellings = (apiKey: string): string[] => [
  apiKey,
  apiKey.slice("app-".length),
  Buffer.from(apiKey).toString("base64").slice(0, -4),
  Buffer.from(apiKey).toString("hex"),
];

describe("a model's API key in the table", () => {
  test("is never stored or shown in plain text, whichever call sent it", async () => {
    const { store, appKey, itemOf } = begin();
    const keys = ["app-created-1111", "app-added-222222", "app-updated-3333", "app-replaced-444"];
    const [created = "", added = "", updated = "", replaced = ""] = keys;
    const integrations = [difyIntegration({ type: "dify_chat", ...openKey(created) }), webhookIntegration()];
    await store.create(appKey, botOf("sealed", { integrations }), 10);
    const addition = difyIntegration({ type: "dify_agent", ...openKey(added) });

    const seen: string[] = [];
    const readBot = async () => {
      seen.push(JSON.stringify([await itemOf("sealed"), await store.find(appKey, ["sealed"])]));
    };
    await readBot();
    await store.addIntegration(appKey, "sealed", addition, later);
    await readBot();
    await store.updateIntegration(appKey, "sealed", "dify_agent", openKey(updated), later);
    await readBot();
    const list = [difyIntegration({ type: "dify_chat", ...openKey(replaced) }), webhookIntegration()];
    await store.update(appKey, "sealed", { integrations: list }, later);
    await readBot();

    for (const text of seen) {
      expect(text).toContain("sealedApiKey");
      for (const spelling of keys.flatMap(spellings)) expect(text).not.toContain(spelling);
    }
  });

  test("is readable with either key while the app's keys are rotated, and not without them", async () => {
    const { store, storeWith, appKey } = begin();
    await store.create(appKey, keyed, 10);
    const rotating = storeWith({ dataKeys: [namedKey("d2", 7), namedKey("d1", 1)] });
    expect(await rotating.findWithKeys(appKey, "keyed")).toEqual(keyed);
    await expect(
      storeWith({ dataKeys: [namedKey("d2", 7)] }).findWithKeys(appKey, "keyed"),
    ).rejects.toThrow();
  });

  test("is readable by a process that does not know the newest key yet, and reads the secret for it once", async () => {
    const { storeWith, appKey } = begin();
    const before = app({ appKey });
    const now = app({ appKey, dataKeys: [namedKey("d2", 7), namedKey("d1", 1)] });
    const { apps, reads } = appsBehind(before, now);
    const behind = storeWith({ apps });
    await storeWith({ apps: appsOf(before) }).create(appKey, keyed, 10);
    expect(await behind.findWithKeys(appKey, "keyed")).toEqual(keyed);
    expect(reads.count).toBe(0);
    await storeWith({ apps: appsOf(now) }).updateIntegration(
      appKey,
      "keyed",
      "dify_chat",
      openKey(nextKey),
      later,
    );
    expect(await behind.findWithKeys(appKey, "keyed")).toMatchObject({
      integrations: [{}, { apiKey: nextKey }],
    });
    expect(reads.count).toBe(1);
  });

  test("stays encrypted with the previous key after an update, and a new one is encrypted with the newest", async () => {
    const { store, storeWith, appKey } = await beginKeyed();
    const rotating = storeWith({ dataKeys: [namedKey("d2", 7), namedKey("d1", 1)] });
    const rotated = storeWith({ dataKeys: [namedKey("d2", 7)] });
    await rotating.updateIntegration(appKey, "keyed", "dify_chat", { enabled: false }, later);
    expect(await store.findWithKeys(appKey, "keyed")).toMatchObject({ integrations: [{}, { apiKey: key }] });
    await expect(rotated.findWithKeys(appKey, "keyed")).rejects.toThrow();
    await rotating.updateIntegration(appKey, "keyed", "dify_chat", openKey(nextKey), later);
    expect(await rotated.findWithKeys(appKey, "keyed")).toMatchObject({
      integrations: [{}, { apiKey: nextKey }],
    });
  });

  test("stays encrypted in a lookup of the bot, which needs no key for it", async () => {
    const { store, storeWith, appKey } = begin();
    await store.create(appKey, keyed, 10);
    const keyless = storeWith({ apps: appsOf() });
    const [found] = await keyless.find(appKey, ["keyed"]);
    expect(found).toMatchObject({ userId: "keyed", integrations: [{}, { maskedApiKey: "app-****0001" }] });
    expect(JSON.stringify(found)).not.toMatch(/sealed|"apiKey"/i);
    expect(await keyless.page(appKey, 1, 10)).toMatchObject({ bots: [found], total: 1 });
  });
});

describe("a bot sent back as it was shown", () => {
  test("keeps its keys, and accepts the other changes", async () => {
    const { store, appKey, shown } = await beginKeyed();
    const changed = { enabled: false, callbackUrl: "https://api.dify.ai/v2", events: [], stream: false };
    const integrations = shown.map((each) => ({ ...each, ...changed }));
    expect(await store.update(appKey, "keyed", { name: "another", integrations }, later)).toEqual(updated);
    expect(await store.findWithKeys(appKey, "keyed")).toEqual({
      ...keyed,
      name: "another",
      updatedAt: later,
      integrations: keyed.integrations.map((each) => ({ ...each, ...changed })),
    });
  });

  test("keeps one key while another is replaced and a third added", async () => {
    const { store, appKey, shown } = await beginKeyed();
    const agent = difyIntegration({ type: "dify_agent", ...openKey("app-agent") });
    await store.update(appKey, "keyed", { integrations: [...shown, agent] }, later);
    const [, chat] = keyed.integrations;
    const another = difyIntegration({ type: "dify_agent", ...openKey(nextKey) });
    await store.update(appKey, "keyed", { integrations: [...shown.filter(canAnswer), another] }, later);
    expect(await store.findWithKeys(appKey, "keyed")).toMatchObject({ integrations: [chat, another] });
  });

  test("has the new key if it was sent with one", async () => {
    const { store, appKey, shown } = await beginKeyed();
    const integrations = shown.map((each) => (canAnswer(each) ? { ...each, ...openKey(nextKey) } : each));
    expect(await store.update(appKey, "keyed", { integrations }, later)).toEqual(updated);
    expect(await store.findWithKeys(appKey, "keyed")).toMatchObject({
      integrations: [{}, { type: "dify_chat", ...openKey(nextKey) }],
    });
  });

  test.each([
    ["of another key", "dify_chat", "app-****9999"],
    ["of no key", "dify_chat", "****"],
    ["of a key for a type that it does not have", "dify_agent", "app-****0001"],
  ] as const)("changes nothing at all if one is the mask %s", async (_what, type, maskedApiKey) => {
    const { store, appKey, itemOf } = await beginKeyed();
    const before = await itemOf("keyed");
    const { apiKey: _none, ...masked } = difyIntegration({ type, enabled: false, maskedApiKey });
    const integrations = [webhookIntegration({ enabled: false }), masked];
    expect(
      await store.update(appKey, "keyed", { name: "another", metadata: {}, integrations }, later),
    ).toEqual({ status: "wrong_key", type });
    expect(await itemOf("keyed")).toEqual(before);
  });

  test("is rejected for the one key that does not match, even if others do", async () => {
    const { store, appKey, shown } = await beginKeyed();
    const { apiKey: _none, ...agent } = difyIntegration({ type: "dify_agent", maskedApiKey: "app-****0001" });
    expect(await store.update(appKey, "keyed", { integrations: [agent, ...shown] }, later)).toEqual({
      status: "wrong_key",
      type: "dify_agent",
    });
  });

  test("and deleted in the meantime is reported as unknown, not as having another key", async () => {
    const { store, appKey, shown } = await beginKeyed();
    await store.delete(appKey, "keyed");
    expect(await store.update(appKey, "keyed", { integrations: shown }, later)).toEqual(unknownBot);
  });

  test("does not lose the key that a concurrent update sets", async () => {
    const { store, appKey, shown } = await beginKeyed();
    const integrations = shown.map((each) => ({ ...each, enabled: false }));
    const [sentBack, replaced] = await Promise.all([
      store.update(appKey, "keyed", { integrations }, later),
      store.updateIntegration(appKey, "keyed", "dify_chat", openKey(nextKey), later),
    ]);
    expect([updated, { status: "wrong_key", type: "dify_chat" }]).toContainEqual(sentBack);
    expect(replaced).toEqual(updated);
    expect(await store.findWithKeys(appKey, "keyed")).toMatchObject({ integrations: [{}, openKey(nextKey)] });
  });
});

describe("an update of an integration", () => {
  test.each<[string, IntegrationChanges, string]>([
    ["names no key keeps it", { stream: false }, key],
    ["sends the masked key keeps it", { stream: false, maskedApiKey: maskKey(key) }, key],
    ["sends another key stores it", { stream: false, ...openKey(nextKey) }, nextKey],
  ])("that %s", async (_what, changes, expected) => {
    const { store, appKey } = await beginKeyed();
    expect(await store.updateIntegration(appKey, "keyed", "dify_chat", changes, later)).toEqual(updated);
    expect(await store.findWithKeys(appKey, "keyed")).toMatchObject({
      integrations: [{ stream: true }, { stream: false, enabled: true, ...openKey(expected) }],
    });
  });

  test("that sends the mask of another key changes nothing at all", async () => {
    const { store, appKey, itemOf } = await beginKeyed();
    const before = await itemOf("keyed");
    const changes = { stream: false, maskedApiKey: "app-****9999" };
    expect(await store.updateIntegration(appKey, "keyed", "dify_chat", changes, later)).toEqual({
      status: "wrong_key",
      type: "dify_chat",
    });
    expect(await itemOf("keyed")).toEqual(before);
  });
});
