import { BatchGetCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "@jest/globals";
import type { BotChanges, BotStore } from "#core/bot/bot.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { botOf, integrationOf, testBots, unknownBot, updated } from "../support/bots.ts";
import { pausingBefore } from "../support/intercepted-client.ts";
import { difyIntegration, webhookIntegration } from "../support/turns.ts";

const { begin, table } = testBots();
const later = 1_767_225_999_999;

/** A bot that has an integration of every type. */
const fullBot = (userId: string) => botOf(userId, { integrations: integrationTypes.map(integrationOf) });
/** Additions and removals return only the status. */
const statusOf = (answer: string | { readonly status: string }): string =>
  typeof answer === "string" ? answer : answer.status;

describe("an update of a bot", () => {
  test.each<[string, BotChanges]>([
    ["name", { name: "another" }],
    ["type", { type: "another" }],
    ["profileUrl", { profileUrl: "https://example.com/another.png" }],
    ["metadata", { metadata: { another: "pair" } }],
    ["metadata", { metadata: {} }],
    ["integrations", { integrations: [] }],
    ["integrations", { integrations: [difyIntegration({ type: "dify_agent", apiKey: "app-another" })] }],
  ])("changes only its %s and updatedAt", async (_field, changes) => {
    const { store, appKey } = begin();
    const before = botOf("one");
    await store.create(appKey, before, 10);
    expect(await store.update(appKey, "one", changes, later)).toEqual(updated);
    expect(await store.findWithKeys(appKey, "one")).toEqual({ ...before, ...changes, updatedAt: later });
  });

  test("changes all the fields that it names at once", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("one"), 10);
    const changes = {
      name: "客服 😀",
      type: "sales",
      profileUrl: "https://example.com/2.png",
      metadata: { size: "1" },
      integrations: [webhookIntegration({ enabled: false }), difyIntegration({ type: "dify_chat" })],
    };
    await store.update(appKey, "one", changes, later);
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({
      ...changes,
      createdAt: botOf("one").createdAt,
    });
  });

  test("replaces the array of integrations: types that it omits are removed", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, fullBot("one"), 10);
    const kept = difyIntegration({ type: "dify_agent", enabled: false, apiKey: "app-agent" });
    await store.update(appKey, "one", { integrations: [kept] }, later);
    expect(await store.findWithKeys(appKey, "one")).toMatchObject({ integrations: [kept] });
  });

  test("that does not exist is reported as such and creates nothing", async () => {
    const { store, appKey, otherAppKey } = begin();
    await store.create(otherAppKey, botOf("theirs"), 10);
    const integrations = [difyIntegration()];
    expect(await store.update(appKey, "nobody", { name: "new", integrations }, later)).toEqual(unknownBot);
    expect(await store.update(appKey, "theirs", { name: "new" }, later)).toEqual(unknownBot);
    expect(await store.find(appKey, ["nobody", "theirs"])).toEqual([]);
    expect(await store.find(otherAppKey, ["theirs"])).toEqual([
      expect.objectContaining({ name: botOf("theirs").name }),
    ]);
  });

  test("that comes after its deletion does not restore it", async () => {
    const { store, appKey, listedIds } = begin();
    await store.create(appKey, fullBot("gone"), 10);
    const writes = [
      () => store.update(appKey, "gone", { name: "back" }, later),
      () => store.updateIntegration(appKey, "gone", "webhook", { enabled: false }, later),
      () => store.addIntegration(appKey, "gone", webhookIntegration(), later),
      () => store.removeIntegration(appKey, "gone", "webhook", later),
    ];
    for (const write of writes) expect(statusOf(await write())).not.toBe("unknown_bot");
    await store.delete(appKey, "gone");
    for (const write of writes) expect(statusOf(await write())).toBe("unknown_bot");
    expect(await store.find(appKey, ["gone"])).toEqual([]);
    expect(await listedIds()).toEqual([]);
  });

  test("does not restore it when both come at the same time", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, fullBot("gone"), 10);
    const updates = Array.from(
      { length: 10 },
      (_, at) => () => store.update(appKey, "gone", { name: `${at}` }, at),
    );
    await Promise.all(
      [...updates.slice(5), () => store.delete(appKey, "gone"), ...updates].map((each) => each()),
    );
    expect(await store.find(appKey, ["gone"])).toEqual([]);
  });
});

describe("many concurrent updates of a bot", () => {
  test("all take effect if each changes another field", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, fullBot("busy"), 10);
    const changes: BotChanges[] = [
      { name: "another" },
      { type: "another" },
      { profileUrl: "https://example.com/another.png" },
      { metadata: { another: "pair" } },
    ];
    const written = { callbackUrl: "https://example.com/v1", enabled: false, stream: false, events: [] };
    const answers = await Promise.all([
      ...changes.map((each) => store.update(appKey, "busy", each, later)),
      ...integrationTypes.flatMap((type) =>
        Object.entries(written).map(([name, value]) =>
          store.updateIntegration(appKey, "busy", type, { [name]: value }, later),
        ),
      ),
    ]);
    expect(answers).toEqual(answers.map(() => updated));
    expect(await store.find(appKey, ["busy"])).toMatchObject([
      {
        ...Object.assign({}, ...changes),
        integrations: integrationTypes.map((type) => ({ type, ...written })),
      },
    ]);
  });

  test("leave one of two arrays of integrations, never a mixture", async () => {
    const { store, appKey } = begin();
    await store.create(appKey, botOf("torn", { integrations: [] }), 10);
    const arrays = [
      [webhookIntegration({ stream: false }), difyIntegration({ type: "dify_chat", apiKey: "app-one" })],
      [difyIntegration({ type: "dify_chat", apiKey: "app-two" }), difyIntegration({ type: "dify_agent" })],
    ];
    await Promise.all(
      [...arrays, ...arrays].map((integrations) => store.update(appKey, "torn", { integrations }, later)),
    );
    const found = await store.findWithKeys(appKey, "torn");
    expect(arrays).toContainEqual(found?.integrations);
  });
});

describe("an update whose condition failed because of a change that was undone before the reason was read", () => {
  const webhook = webhookIntegration();
  type Ask = (store: BotStore, appKey: string) => Promise<unknown>;

  test.each<[string, Ask, Ask, unknown]>([
    [
      "of a bot created since",
      (store, appKey) => store.update(appKey, "new", { name: "another" }, later),
      (store, appKey) => store.create(appKey, botOf("new"), 10),
      updated,
    ],
    [
      "that adds an integration removed since",
      (store, appKey) => store.addIntegration(appKey, "one", difyIntegration(), later),
      (store, appKey) => store.removeIntegration(appKey, "one", "dify_chatflow", later),
      "added",
    ],
    [
      "of an integration added since",
      (store, appKey) => store.updateIntegration(appKey, "one", "webhook", { stream: false }, later),
      (store, appKey) => store.addIntegration(appKey, "one", webhook, later),
      updated,
    ],
    [
      "that removes an integration added since",
      (store, appKey) => store.removeIntegration(appKey, "one", "webhook", later),
      (store, appKey) => store.addIntegration(appKey, "one", webhook, later),
      "removed",
    ],
  ])("is applied after all: %s", async (_what, ask, meanwhile, answer) => {
    const { store, storeWith, appKey } = begin();
    await store.create(appKey, botOf("one"), 10);
    const held = pausingBefore(table().client, (command) => command instanceof BatchGetCommand);
    const asked = ask(storeWith({ client: held.client }), appKey);
    await held.paused;
    await meanwhile(store, appKey);
    held.release();
    expect(await asked).toEqual(answer);
  });
});
