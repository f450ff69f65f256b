import { beforeAll, describe, expect, test } from "@jest/globals";
import { closeAfterAll } from "../support/close-after.ts";
import { type Endpoint, endpoints, startRegistry, type TestRegistry } from "./bot-registry.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = closeAfterAll(await startRegistry({ maxBots: 2 }));
});

const chat = {
  type: "dify_chat",
  callbackUrl: "https://api.dify.ai/v1",
  auth: { apiKey: "app-1234567890abcdef" },
};
const webhook = { type: "webhook", callbackUrl: "https://yourserver.com/callback" };
const bot = (userId: string, integrations: readonly object[] = []) => ({
  userId,
  name: "Helpdesk",
  type: "faq",
  profileUrl: "https://example.com/bot.png",
  integrations,
});

/** An app with one bot, which has one Dify integration. */
const withOneBot = async () => {
  const caller = registry.begin();
  await caller.call("create", bot("b1", [chat]));
  await registry.clock.advance(1000);
  return caller;
};

const userId = "b1";
const moved = { callbackUrl: "https://dify.example.com/v1" };
const newOrigin =
  'must be given again when callbackUrl changes to another origin, from "https://api.dify.ai" to "https://dify.example.com"';
const otherKey = "the masked key does not match the stored key; send the full key";

describe("a call that cannot be carried out is rejected with HTTP 400 and 1002, says why, and changes nothing:", () => {
  test.each<[string, Endpoint, object, string]>([
    [
      "a second bot with the same id",
      "create",
      bot("b1"),
      'userId: a bot with this id already exists, got "b1"',
    ],
    [
      "an update of an unknown bot",
      "update",
      { userId: "b2", name: "x" },
      'userId: no bot has this id, got "b2"',
    ],
    ["the deletion of an unknown bot", "delete", { userId: "b2" }, 'userId: no bot has this id, got "b2"'],
    [
      "a second bot with the same id",
      "create",
      bot("b1"),
      'userId: a bot with this id already exists, got "b1"',
    ],
    [
      "an update of an unknown bot",
      "update",
      { userId: "b2", name: "x" },
      'userId: no bot has this id, got "b2"',
    ],
    ["the deletion of an unknown bot", "delete", { userId: "b2" }, 'userId: no bot has this id, got "b2"'],
    [
      "adding an integration to an unknown bot",
      "integration/create",
      { userId: "b2", ...webhook },
      'userId: no bot has this id, got "b2"',
    ],
    [
      "an update of an integration of an unknown bot",
      "integration/update",
      { userId: "b2", type: "webhook", enabled: false },
      'userId: no bot has this id, got "b2"',
    ],
    [
      "removing an integration from an unknown bot",
      "integration/delete",
      { userId: "b2", type: "webhook" },
      'userId: no bot has this id, got "b2"',
    ],
    [
      "a second integration of the same type",
      "integration/create",
      { userId, ...chat },
      'type: this bot already has an integration of this type, got "dify_chat"',
    ],
    [
      "an update of an integration that the bot does not have",
      "integration/update",
      { userId, type: "webhook", enabled: false },
      'type: this bot has no integration of this type, got "webhook"',
    ],
    [
      "removing an integration that the bot does not have",
      "integration/delete",
      { userId, type: "webhook" },
      'type: this bot has no integration of this type, got "webhook"',
    ],
    [
      "an update with the masked form of another key",
      "update",
      { userId, name: "x", integrations: [webhook, { ...chat, auth: { apiKey: "app-****9999" } }] },
      `integrations[1].auth.apiKey: ${otherKey}`,
    ],
    [
      "an update with a masked key for a new integration",
      "update",
      { userId, integrations: [{ ...chat, type: "dify_agent", auth: { apiKey: "app-****cdef" } }] },
      `integrations[0].auth.apiKey: ${otherKey}`,
    ],
    [
      "an update of an integration with the masked form of another key",
      "integration/update",
      { userId, type: "dify_chat", stream: false, auth: { apiKey: "app-****9999" } },
      `auth.apiKey: ${otherKey}`,
    ],
    [
      "an update that moves a masked key to another origin",
      "update",
      { userId, integrations: [webhook, { ...chat, ...moved, auth: { apiKey: "app-****cdef" } }] },
      `integrations[1].auth.apiKey: ${newOrigin}`,
    ],
    [
      "an update of an integration that moves its masked key to another origin",
      "integration/update",
      { userId, type: "dify_chat", ...moved, auth: { apiKey: "app-****cdef" } },
      `auth.apiKey: ${newOrigin}`,
    ],
    [
      "an update of an integration that moves the key that it leaves out to another origin",
      "integration/update",
      { userId, type: "dify_chat", ...moved },
      `auth.apiKey: ${newOrigin}`,
    ],
  ])("%s", async (_name, endpoint, body, errorMessage) => {
    const { call, items } = await withOneBot();
    const before = await items();
    expect(await call(endpoint, body)).toMatchObject({ status: 400, body: { code: 1002, errorMessage } });
    expect(await items()).toEqual(before);
  });

  test("a bot beyond the app's limit, until another bot is deleted", async () => {
    const { call } = await withOneBot();
    await call("create", bot("b2"));
    expect(await call("create", bot("b3"))).toMatchObject({
      status: 400,
      body: { code: 1002, errorMessage: "bot limit reached: 2 per app (setting botsPerApp)" },
    });
    expect((await call("query", {})).body).toMatchObject({ total: 2 });
    await call("delete", { userId: "b1" });
    expect((await call("create", bot("b3"))).body).toEqual({ code: 200 });
    expect((await call("query", {})).body).toMatchObject({
      total: 2,
      bots: [{ userId: "b2" }, { userId: "b3" }],
    });
  });
});

describe("every endpoint", () => {
  test.each(endpoints)(
    "%s rejects an empty body with 1003 and invalid JSON with 1002, both with 400",
    async (endpoint) => {
      const { call } = registry.begin();
      expect(await call(endpoint, "")).toMatchObject({
        status: 400,
        body: { code: 1003, errorMessage: "body: must not be empty" },
      });
      expect(await call(endpoint, "userId=b1")).toMatchObject({
        status: 400,
        body: { code: 1002, errorMessage: "body: must be valid JSON" },
      });
    },
  );

  test.each(endpoints)(
    "%s rejects an unsigned call with HTTP 401 and 1004, whatever its body",
    async (endpoint) => {
      const reply = await registry.begin().call(endpoint, "", { Signature: "0".repeat(40) });
      expect(reply).toMatchObject({ status: 401, body: { code: 1004 } });
    },
  );
});

describe("a callback URL that leads into the private network is rejected", () => {
  const callbackUrl = "https://2130706433/latest/meta-data";
  const errorMessage = `callbackUrl: must not be a private or reserved IP address, got "${callbackUrl}"`;

  test.each<[Endpoint, object, string]>([
    ["create", bot("b2", [{ ...webhook, callbackUrl }]), `integrations[0].${errorMessage}`],
    ["update", { userId, integrations: [{ ...chat, callbackUrl }] }, `integrations[0].${errorMessage}`],
    ["integration/create", { userId, ...webhook, callbackUrl }, errorMessage],
    ["integration/update", { userId, type: "dify_chat", callbackUrl }, errorMessage],
  ])("by %s", async (endpoint, body, errorMessageSent) => {
    const { call, items } = await withOneBot();
    const before = await items();
    expect(await call(endpoint, body)).toMatchObject({
      status: 400,
      body: { code: 1002, errorMessage: errorMessageSent },
    });
    expect(await items()).toEqual(before);
  });
});
