import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "@jest/globals";
import { seal } from "#adapters/secrets/key-cipher.ts";
import { maskKey } from "#core/bot/key-mask.ts";
import { testBots, updated } from "../support/bots.ts";
import { difyIntegration } from "../support/turns.ts";
import { app } from "../unit/adapters/secrets/apps.ts";

const { begin, table } = testBots();
const later = 1_767_225_999_999;
const key = "app-secret-key-0001";
const nextKey = { apiKey: "app-second-key-0002", maskedApiKey: maskKey("app-second-key-0002") };

/** A bot as it was stored before masks, options and write markers existed. */
const beginOlder = async () => {
  const given = begin();
  const { appKey } = given;
  const fields = {
    enabled: true,
    callbackUrl: "https://api.dify.ai/v1",
    objectNames: ["RC:TxtMsg"],
    events: [],
    stream: true,
    handleResponse: true,
  };
  const sealedApiKey = seal(app().dataKeys, key, [appKey, "older", "dify_chat"]);
  const record = {
    userId: "older",
    name: "Helpdesk",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    metadata: { tone: "formal" },
    integrations: {
      webhook: { type: "webhook", ...fields },
      dify_chat: { type: "dify_chat", ...fields, sealedApiKey },
    },
    createdAt: 1_767_225_600_000,
    updatedAt: 1_767_225_600_000,
  };
  const creation = "6f1c0d0e-4a53-4c8e-9f43-52d0a3f2b7a1";
  const Item = { appKey, item: "bot#older", version: 1, creation, ...record };
  await table().client.send(new PutCommand({ TableName: table().tableName, Item }));
  await given.plantIds(["older"]);
  const [shown] = await given.store.find(appKey, ["older"]);
  return { ...given, fields, shown: shown?.integrations ?? [] };
};

describe("a bot stored by the previous version", () => {
  test("can be read without its key, and its key can be decrypted", async () => {
    const { store, appKey, fields } = await beginOlder();
    const options = {};
    const integrations = [
      { type: "webhook", ...fields, options },
      { type: "dify_chat", ...fields, options, maskedApiKey: "****" },
    ];
    expect(await store.find(appKey, ["older"])).toMatchObject([{ userId: "older", integrations }]);
    expect(await store.page(appKey, 1, 10)).toMatchObject({
      bots: [{ userId: "older", integrations }],
      total: 1,
    });
    expect(await store.findWithKeys(appKey, "older")).toMatchObject({
      integrations: [{ type: "webhook" }, { type: "dify_chat", apiKey: key }],
    });
  });

  test("sent back as it was shown keeps its key and accepts the other changes", async () => {
    const { store, appKey, shown } = await beginOlder();
    const integrations = shown.map((each) => ({ ...each, enabled: false }));
    expect(await store.update(appKey, "older", { name: "another", integrations }, later)).toEqual(updated);
    expect(await store.update(appKey, "older", { integrations }, later)).toEqual(updated);
    expect(await store.findWithKeys(appKey, "older")).toMatchObject({
      name: "another",
      integrations: [{ enabled: false }, { enabled: false, apiKey: key, maskedApiKey: "****" }],
    });
  });

  test("has an integration updated with the masked key, and with another one", async () => {
    const { store, appKey } = await beginOlder();
    const update = (changes: object) => store.updateIntegration(appKey, "older", "dify_chat", changes, later);
    expect(await update({ stream: false })).toEqual(updated);
    expect(await update({ maskedApiKey: "****", enabled: false })).toEqual(updated);
    expect(await store.findWithKeys(appKey, "older")).toMatchObject({
      integrations: [{}, { stream: false, enabled: false, apiKey: key }],
    });
    expect(await update(nextKey)).toEqual(updated);
    expect(await store.findWithKeys(appKey, "older")).toMatchObject({ integrations: [{}, nextKey] });
  });

  test("accepts only its own key's masked form", async () => {
    const { store, appKey } = await beginOlder();
    const { apiKey: _none, ...agent } = difyIntegration({ type: "dify_agent", maskedApiKey: "****" });
    expect(await store.update(appKey, "older", { name: "another", integrations: [agent] }, later)).toEqual({
      status: "wrong_key",
      type: "dify_agent",
    });
    const { apiKey: _neither, ...chat } = difyIntegration({
      type: "dify_chat",
      maskedApiKey: "app-****0001",
    });
    expect(await store.update(appKey, "older", { integrations: [chat] }, later)).toEqual({
      status: "wrong_key",
      type: "dify_chat",
    });
    expect(await store.find(appKey, ["older"])).toMatchObject([{ name: "Helpdesk" }]);
  });

  test("has integrations added and removed and is deleted like any other", async () => {
    const { store, appKey } = await beginOlder();
    const agent = difyIntegration({ type: "dify_agent" });
    expect(await store.addIntegration(appKey, "older", agent, later)).toBe("added");
    expect(await store.removeIntegration(appKey, "older", "webhook", later)).toBe("removed");
    expect(await store.findWithKeys(appKey, "older")).toMatchObject({
      integrations: [{ type: "dify_chat" }, agent],
    });
    expect(await store.delete(appKey, "older")).toBe(true);
    expect(await store.page(appKey, 1, 10)).toEqual({ bots: [], total: 0 });
  });
});
