import { describe, expect, test } from "@jest/globals";
import type { IntegrationOptions, OptionsOf } from "#core/bot/options.ts";
import { botOf, testBots, updated } from "../support/bots.ts";
import { difyIntegration, openAiIntegration, webhookIntegration } from "../support/turns.ts";

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
  ])("are stored as they were created: %j", async (options) => {
    const given = begin();
    const integrations = [webhookIntegration({ options }), difyIntegration({ options })];
    await given.store.create(given.appKey, botOf("one", { integrations }), 10);
    expect(await optionsOf(given)).toEqual([options, options]);
    expect((await given.store.findWithKeys(given.appKey, "one"))?.integrations).toEqual(integrations);
  });

  test("are replaced whole by an update, and options without a filter remove it", async () => {
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

  test("keep their values in an update that does not name them", async () => {
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

  test("keep their values if a new array of integrations does not name them, as RongCloud's SDK sends it", async () => {
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

  test("are removed with their integration and do not return with a new one of its type", async () => {
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

describe("the options of an openai integration", () => {
  const options: OptionsOf<"openai"> = {
    model: "gpt-5",
    systemPrompt: "Answer in one sentence. 你好 😀",
    historyMessages: 0,
    showThinking: true,
    filter: { contains: ["order"] },
  };
  const stored = openAiIntegration({ options });
  const { options: _options, ...withoutOptions } = stored;
  const { apiKey: _key, ...masked } = withoutOptions;

  /** A bot with such an integration. */
  const beginStored = async () => {
    const given = begin();
    await given.store.create(given.appKey, botOf("one", { integrations: [stored] }), 10);
    return given;
  };

  test.each(["create", "addIntegration", "update"] as const)("are stored by %s and read", async (call) => {
    const { store, appKey, itemOf } = begin();
    await store.create(appKey, botOf("one", { integrations: call === "create" ? [stored] : [] }), 10);
    if (call === "addIntegration")
      expect(await store.addIntegration(appKey, "one", stored, later)).toBe("added");
    if (call === "update") {
      expect(await store.update(appKey, "one", { integrations: [stored] }, later)).toEqual(updated);
    }
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({ integrations: [stored] });
    const { apiKey: _none, ...shown } = stored;
    expect((await store.find(appKey, ["one"]))[0]?.integrations).toEqual([shown]);
    expect(JSON.stringify(await itemOf("one"))).not.toContain(stored.apiKey);
  });

  test("keep their values if a new array of integrations does not name them", async () => {
    const { store, appKey } = await beginStored();
    const integrations = [{ ...masked, enabled: false }];
    expect(await store.update(appKey, "one", { integrations }, later)).toEqual(updated);
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({
      integrations: [{ ...stored, enabled: false }],
    });
  });

  test("are replaced whole by an update", async () => {
    const { store, appKey } = await beginStored();
    const changes = { options: { model: "gpt-5-mini" } };
    expect(await store.updateIntegration(appKey, "one", "openai", changes, later)).toEqual(updated);
    expect((await store.findWithKeys(appKey, "one"))?.integrations[0]?.options).toEqual({
      model: "gpt-5-mini",
    });
  });

  test.each([
    ["with its key", withoutOptions, { status: "missing_options", type: "openai" }],
    ["with a masked key that is not stored", masked, { status: "wrong_key", type: "openai" }],
  ])("are required if none are stored: %s", async (_how, sent, refusal) => {
    const { store, appKey, itemOf } = begin();
    await store.create(appKey, botOf("one", { integrations: [webhookIntegration()] }), 10);
    const before = await itemOf("one");
    const integrations = [webhookIntegration({ enabled: false }), sent];
    expect(await store.update(appKey, "one", { name: "another", integrations }, later)).toEqual(refusal);
    expect(await itemOf("one")).toEqual(before);
  });

  test("are required again after the integration was removed", async () => {
    const { store, appKey } = await beginStored();
    expect(await store.removeIntegration(appKey, "one", "openai", later)).toBe("removed");
    const refusal = { status: "missing_options", type: "openai" };
    expect(await store.update(appKey, "one", { integrations: [withoutOptions] }, later)).toEqual(refusal);
    await store.update(appKey, "one", { integrations: [stored] }, later);
    await store.update(appKey, "one", { integrations: [] }, later);
    expect(await store.update(appKey, "one", { integrations: [withoutOptions] }, later)).toEqual(refusal);
  });
});
