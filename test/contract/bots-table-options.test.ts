import { describe, expect, test } from "@jest/globals";
import type { IntegrationOptions } from "#core/bot/integration.ts";
import { botOf, testBots } from "../support/bots.ts";
import { difyIntegration, webhookIntegration } from "../support/turns.ts";

const { begin } = testBots();
const later = 1_767_225_999_999;

const filter = {
  contains: ["order", "订单"],
  startsWith: [],
  endsWith: ["😀"],
  equals: ["__proto__"],
  matches: ["^#\\d+$"],
};

const optionsOf = async ({ store, appKey }: ReturnType<typeof begin>): Promise<IntegrationOptions[]> => {
  const [found] = await store.find(appKey, ["one"]);
  return found?.integrations.map(({ options }) => options) ?? [];
};

describe("an integration's options", () => {
  test.each<IntegrationOptions>([
    {},
    { filter },
    { filter: { equals: ["hi"] } },
    { everyone: true },
    { filter, everyone: false },
    { context: "group", slidingContext: true, showThinking: true, typing: false, errorText: "Sorry." },
  ])("are kept as they were created: %j", async (options) => {
    const given = begin();
    const integrations = [webhookIntegration({ options }), difyIntegration({ options })];
    await given.store.create(given.appKey, botOf("one", { integrations }), 10);
    expect(await optionsOf(given)).toEqual([options, options]);
    expect((await given.store.open(given.appKey, "one"))?.integrations).toEqual(integrations);
  });

  test("are replaced whole by an update, and a filter is taken away by options without one", async () => {
    const given = begin();
    const { store, appKey } = given;
    const integrations = [webhookIntegration({ options: { filter, everyone: true } })];
    await store.create(appKey, botOf("one", { integrations }), 10);
    await store.updateIntegration(
      appKey,
      "one",
      "webhook",
      { options: { filter: { contains: ["x"] } } },
      later,
    );
    expect(await optionsOf(given)).toEqual([{ filter: { contains: ["x"] } }]);
    await store.updateIntegration(appKey, "one", "webhook", { options: {} }, later);
    expect(await optionsOf(given)).toEqual([{}]);
  });

  test("stay as they are where an update does not name them", async () => {
    const given = begin();
    const { store, appKey } = given;
    await store.create(
      appKey,
      botOf("one", { integrations: [webhookIntegration({ options: { filter } })] }),
      10,
    );
    await store.updateIntegration(appKey, "one", "webhook", { enabled: false }, later);
    expect(await optionsOf(given)).toEqual([{ filter }]);
  });

  test("stay where a list of integrations takes another's place and does not name them, as RongCloud's SDK sends it", async () => {
    const given = begin();
    const { store, appKey } = given;
    const kept = [
      webhookIntegration({ options: { filter } }),
      difyIntegration({ options: { everyone: true } }),
    ];
    await store.create(appKey, botOf("one", { integrations: kept }), 10);
    const { options: _webhook, ...webhook } = webhookIntegration({ enabled: false });
    const { options: _dify, ...dify } = difyIntegration({ apiKey: "app-another-secret-key" });
    await store.update(appKey, "one", { integrations: [webhook, dify] }, later);
    expect(await optionsOf(given)).toEqual([{ filter }, { everyone: true }]);
    await store.update(appKey, "one", { integrations: [{ ...webhook, options: {} }, dify] }, later);
    expect(await optionsOf(given)).toEqual([{}, { everyone: true }]);
  });

  test("are gone with their integration, and do not come back with another of its type", async () => {
    const given = begin();
    const { store, appKey } = given;
    const integrations = [webhookIntegration({ options: { filter } })];
    await store.create(appKey, botOf("one", { integrations }), 10);
    const { options: _options, ...bare } = webhookIntegration();
    await store.update(appKey, "one", { integrations: [] }, later);
    await store.update(appKey, "one", { integrations: [bare] }, later);
    expect(await optionsOf(given)).toEqual([{}]);
    await store.updateIntegration(appKey, "one", "webhook", { options: { filter } }, later);
    await store.removeIntegration(appKey, "one", "webhook", later);
    await store.update(appKey, "one", { integrations: [bare] }, later);
    expect(await optionsOf(given)).toEqual([{}]);
  });
});
