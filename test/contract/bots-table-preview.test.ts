import { describe, expect, test } from "@jest/globals";
import type { IntegrationWithKey } from "#core/bot/integration.ts";
import { maskKey } from "#core/bot/key-mask.ts";
import { botOf, testBots } from "../support/bots.ts";
import { difyIntegration, openAiIntegration, webhookIntegration } from "../support/turns.ts";

const { begin } = testBots();

const key = "app-stored-key-0001";
const chat = difyIntegration({ type: "dify_chat", apiKey: key, options: { typing: false } });
const masked = ({ apiKey: _, options: __, ...rest }: typeof chat) => rest;

const beginWith = async (...integrations: IntegrationWithKey[]) => {
  const given = begin();
  await given.store.create(given.appKey, botOf("one", { integrations }), 10);
  return given;
};

describe("an integration before it is stored", () => {
  test("keeps the stored key and options, and changes nothing", async () => {
    const { store, appKey, itemOf } = await beginWith(chat, webhookIntegration());
    const before = await itemOf("one");
    const sent = { ...masked(chat), callbackUrl: "https://api.dify.ai/v2" };
    expect(await store.preview(appKey, "one", sent)).toMatchObject({
      status: "found",
      bot: { userId: "one" },
      integration: { apiKey: key, options: { typing: false }, callbackUrl: "https://api.dify.ai/v2" },
    });
    expect(await itemOf("one")).toEqual(before);
  });

  test("with a key of its own is as it is, also of a type that the bot does not have yet", async () => {
    const { store, appKey } = await beginWith();
    const sent = openAiIntegration();
    expect(await store.preview(appKey, "one", sent)).toMatchObject({ status: "found", integration: sent });
    expect(await store.preview(appKey, "one", webhookIntegration())).toMatchObject({ status: "found" });
  });

  test("cannot take the key to another origin, or another key's mask", async () => {
    const { store, appKey } = await beginWith(chat);
    const elsewhere = { ...masked(chat), callbackUrl: "https://attacker.example/v1" };
    expect(await store.preview(appKey, "one", elsewhere)).toMatchObject({ status: "new_origin" });
    const other = { ...masked(chat), maskedApiKey: maskKey("app-another-key-9999") };
    expect(await store.preview(appKey, "one", other)).toMatchObject({ status: "wrong_key" });
  });

  test("needs the options that its type requires, and its bot", async () => {
    const { store, appKey, otherAppKey } = await beginWith(chat);
    const { options: _, ...sent } = openAiIntegration();
    expect(await store.preview(appKey, "one", sent)).toMatchObject({ status: "missing_options" });
    expect(await store.preview(otherAppKey, "one", chat)).toEqual({ status: "unknown_bot" });
  });
});
