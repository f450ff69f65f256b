import { describe, expect, test } from "@jest/globals";
import type { IntegrationChanges, IntegrationWithKey } from "#core/bot/integration.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { botOf, integrationOf, testBots, unknownBot, updated } from "../support/bots.ts";
import { difyIntegration, webhookIntegration } from "../support/turns.ts";

const { begin } = testBots();
const later = 1_767_225_999_999;
const chat = difyIntegration({ type: "dify_chat", objectNames: ["RC:TxtMsg"] });

const beginWith = async (...integrations: IntegrationWithKey[]) => {
  const given = begin();
  await given.store.create(given.appKey, botOf("one", { integrations }), 10);
  return given;
};

describe("an integration", () => {
  test("that is added joins the existing ones, and the rest of the bot stays unchanged", async () => {
    const { store, appKey } = await beginWith(chat);
    const webhook = webhookIntegration({ events: ["group:bot_left"] });
    expect(await store.addIntegration(appKey, "one", webhook, later)).toBe("added");
    expect(await store.findWithKeys(appKey, "one")).toEqual(
      botOf("one", { integrations: [webhook, chat], updatedAt: later }),
    );
  });

  test("of a type that the bot already has is not added, and nothing changes", async () => {
    const { store, appKey } = await beginWith(chat);
    const another = difyIntegration({ type: "dify_chat", enabled: false, apiKey: "app-another" });
    expect(await store.addIntegration(appKey, "one", another, later)).toBe("exists");
    expect(await store.findWithKeys(appKey, "one")).toEqual(botOf("one", { integrations: [chat] }));
  });

  test("of one type is added once by concurrent requests", async () => {
    const { store, appKey } = await beginWith();
    const keys = Array.from({ length: 10 }, (_, at) => `app-key-number-${1000 + at}`);
    const all = await Promise.all(
      keys.map((apiKey) => store.addIntegration(appKey, "one", difyIntegration({ apiKey }), later)),
    );
    expect(all.filter((each) => each === "added")).toHaveLength(1);
    expect(all.filter((each) => each === "exists")).toHaveLength(9);
    const winner = keys[all.indexOf("added")];
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({ integrations: [{ apiKey: winner }] });
  });

  test("of every type is added if all requests come at once", async () => {
    const { store, appKey } = await beginWith();
    const all = integrationTypes.map(integrationOf);
    const answers = await Promise.all(
      all.map((integration) => store.addIntegration(appKey, "one", integration, later)),
    );
    expect(new Set(answers)).toEqual(new Set(["added"]));
    const found = await store.findWithKeys(appKey, "one");
    expect(found?.integrations).toEqual(all);
  });

  test("that would make the bot too large for its item is refused with the limit", async () => {
    const { store, appKey } = await beginWith();
    const objectNames = ["x".repeat(100_000)];
    const add = async (): Promise<void> => {
      for (const integration of integrationTypes.map(integrationOf)) {
        await store.addIntegration(appKey, "one", { ...integration, objectNames }, later);
      }
    };
    await expect(add()).rejects.toMatchObject({
      code: "parameter_too_long",
      expose: true,
      message: "integrations: at most 400 KB for all integrations of a bot",
    });
  });

  test.each<[string, IntegrationChanges]>([
    ["enabled", { enabled: false }],
    ["callbackUrl", { callbackUrl: "https://api.dify.ai/another/v1" }],
    ["objectNames", { objectNames: [] }],
    ["events", { events: ["group:bot_join", "group:dismiss"] }],
    ["stream", { stream: false }],
    ["handleResponse", { handleResponse: false }],
  ])("that is updated has another %s and is otherwise unchanged", async (_field, changes) => {
    const webhook = webhookIntegration();
    const { store, appKey } = await beginWith(webhook, chat);
    expect(await store.updateIntegration(appKey, "one", "dify_chat", changes, later)).toEqual(updated);
    expect(await store.findWithKeys(appKey, "one")).toEqual(
      botOf("one", { integrations: [webhook, { ...chat, ...changes }], updatedAt: later }),
    );
  });

  test("that the bot does not have is not updated and not created", async () => {
    const { store, appKey } = await beginWith(chat);
    const update = (changes: IntegrationChanges) =>
      store.updateIntegration(appKey, "one", "dify_agent", changes, later);
    const unknown = { status: "unknown_integration" };
    expect(await update({ enabled: false })).toEqual(unknown);
    expect(await update({ apiKey: "app-secret-key", maskedApiKey: "app-****" })).toEqual(unknown);
    expect(await update({ maskedApiKey: chat.maskedApiKey })).toEqual(unknown);
    expect(await store.findWithKeys(appKey, "one")).toEqual(botOf("one", { integrations: [chat] }));
  });

  test("that is removed is gone, and the others stay", async () => {
    const webhook = webhookIntegration();
    const { store, appKey } = await beginWith(webhook, chat);
    expect(await store.removeIntegration(appKey, "one", "dify_chat", later)).toBe("removed");
    expect(await store.findWithKeys(appKey, "one")).toEqual(
      botOf("one", { integrations: [webhook], updatedAt: later }),
    );
    expect(await store.removeIntegration(appKey, "one", "dify_chat", later)).toBe("unknown_integration");
  });

  test("that is removed by concurrent requests is removed once", async () => {
    const { store, appKey } = await beginWith(chat);
    const all = await Promise.all(
      Array.from({ length: 5 }, () => store.removeIntegration(appKey, "one", "dify_chat", later)),
    );
    expect(all.toSorted()).toEqual(["removed", ...Array(4).fill("unknown_integration")]);
  });

  test("that was removed and is added again has none of its earlier values", async () => {
    const { store, appKey } = await beginWith(chat);
    await store.removeIntegration(appKey, "one", "dify_chat", later);
    const again = difyIntegration({ type: "dify_chat", stream: false, apiKey: "app-another" });
    expect(await store.addIntegration(appKey, "one", again, later)).toBe("added");
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({ integrations: [again] });
  });

  test("is added, updated and removed while others are, and none is lost", async () => {
    const { store, appKey } = await beginWith(webhookIntegration(), chat);
    const agent = difyIntegration({ type: "dify_agent" });
    const answers = await Promise.all([
      store.addIntegration(appKey, "one", agent, later),
      store.updateIntegration(appKey, "one", "dify_chat", { enabled: false }, later),
      store.removeIntegration(appKey, "one", "webhook", later),
      store.update(appKey, "one", { name: "another" }, later),
    ]);
    expect(answers).toEqual(["added", updated, "removed", updated]);
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({
      name: "another",
      integrations: [{ ...chat, enabled: false }, agent],
    });
  });

  test.each(integrationTypes)("of type %s is not created on a bot that does not exist", async (type) => {
    const { store, appKey, otherAppKey } = begin();
    await store.create(otherAppKey, botOf("one", { integrations: [chat, webhookIntegration()] }), 10);
    expect(await store.addIntegration(appKey, "one", integrationOf(type), later)).toBe("unknown_bot");
    expect(await store.updateIntegration(appKey, "one", type, { enabled: false }, later)).toEqual(unknownBot);
    expect(await store.removeIntegration(appKey, "one", type, later)).toBe("unknown_bot");
    expect(await store.find(appKey, ["one"])).toEqual([]);
    expect(await store.findWithKeys(otherAppKey, "one")).toEqual(
      botOf("one", { integrations: [webhookIntegration(), chat] }),
    );
  });
});
