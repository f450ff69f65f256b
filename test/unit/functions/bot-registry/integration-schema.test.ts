import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import {
  difyTypes,
  type IntegrationType,
  integrationTypes,
  type ModelType,
  modelApis,
  modelTypes,
} from "#core/bot/integration-types.ts";
import { shorten } from "#core/shared/field-path.ts";
import { botSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";
import {
  bot,
  dify,
  type Fields,
  filledIn,
  notAnOption,
  openai,
  requiredOptions,
  webhook,
} from "./samples.ts";

const parse = (integrations: readonly Fields[], allowPrivate = false) =>
  parseJsonBody(botSchema({ allowPrivate }), jsonOf(bot({ integrations }))).integrations;
const refusal = (...integrations: readonly Fields[]) => refusalOf(() => parse(integrations))?.errorMessage;
const ofType = (type: IntegrationType, given: Fields = {}) =>
  dify({ type, options: requiredOptions(type), ...given });
const integrationOf = (given: Fields) => parse([given])[0];

describe("an integration", () => {
  test("with an app's server is parsed with defaults for omitted fields", () => {
    expect(integrationOf(webhook())).toEqual({ ...webhook(), ...filledIn });
  });

  test.each(difyTypes)(
    "of type %s is parsed with its key from auth, and with the key's masked form",
    (type) => {
      expect(integrationOf(dify({ type }))).toEqual({
        type,
        callbackUrl: "https://api.dify.ai/v1",
        apiKey: "app-1234567890abcdef",
        maskedApiKey: "app-****cdef",
        ...filledIn,
      });
    },
  );

  test("is parsed with non-default values", () => {
    const explicit = {
      enabled: false,
      objectNames: ["RC:TxtMsg", "app:Order"],
      events: ["message:private", "group:bot_join"],
      stream: false,
      handleResponse: false,
      options: { everyone: true },
    };
    expect(integrationOf(webhook(explicit))).toEqual({ ...webhook(), ...explicit });
  });

  test("keeps the flags of RongCloud's newer SDKs, and no key of a webhook", () => {
    const flags = { waitForInputCompletion: true, gentleResponse: false };
    const auth = { apiKey: "app-1234567890abcdef" };
    expect(integrationOf(webhook({ ...flags, auth }))).toEqual({ ...webhook(), ...filledIn, ...flags });
  });

  test("accepts every event of the contract, and message:group for message:group_mentioned", () => {
    expect(integrationOf(webhook({ events: eventTypes }))?.events).toEqual(eventTypes);
    expect(integrationOf(webhook({ events: ["message:group"] }))?.events).toEqual([
      "message:group_mentioned",
    ]);
  });

  test("accepts a key of one character and of 512", () => {
    const keyOf = (apiKey: string) => integrationOf(dify({ auth: { apiKey } }));
    expect(keyOf("k")).toMatchObject({ apiKey: "k", maskedApiKey: "****" });
    expect(keyOf("k".repeat(512))).toMatchObject({ apiKey: "k".repeat(512) });
  });

  test("that is wrong is named by its index in the array", () => {
    expect(refusal(webhook(), dify({ auth: {} }))).toBe(
      "integrations[1].auth.apiKey: is required, got nothing",
    );
  });

  test("may be combined with one of each other type, and not with a second of its own", () => {
    const each = parse(integrationTypes.map((type) => ofType(type)));
    expect(each.map(({ type }) => type)).toEqual(integrationTypes);
    expect(refusal(dify(), webhook(), dify({ callbackUrl: "https://dify.example.com/v1" }))).toBe(
      "integrations: at most one integration of each type, got an array of 3 items",
    );
  });

  test("may have a private callback URL on a developer's machine, and not when deployed", () => {
    const near = dify({ callbackUrl: "http://127.0.0.1:5001/v1" });
    expect(parse([near], true)[0]?.callbackUrl).toBe("http://127.0.0.1:5001/v1");
    expect(refusal(near)).toMatch(/^integrations\[0\]\.callbackUrl: must be an https URL, got /);
  });
});

describe("an integration of an OpenAI-compatible API", () => {
  const optionsOf = (options: Fields) => openai({ options: { model: "gpt-5", ...options } });

  test("is parsed with its model, its key from auth, and its options as sent", () => {
    const options = { model: "gpt-5", systemPrompt: "Be brief.", historyMessages: 0, typing: false };
    expect(integrationOf(openai({ options }))).toEqual({
      ...filledIn,
      type: "openai",
      callbackUrl: "https://api.openai.com/v1",
      apiKey: "sk-1234567890abcdef",
      maskedApiKey: "sk-****cdef",
      options,
    });
  });

  test.each<[string, Fields, string]>([
    ["without options", openai({ options: undefined }), "options: is required, got nothing"],
    ["without a model", openai({ options: {} }), "options.model: is required, got nothing"],
    ["with an empty model", optionsOf({ model: "" }), 'options.model: must not be empty, got ""'],
    [
      "with a history out of bounds",
      optionsOf({ historyMessages: 51 }),
      "options.historyMessages: must be an integer from 0 to 50, got 51",
    ],
    [
      "half a message of history",
      optionsOf({ historyMessages: 0.5 }),
      "options.historyMessages: must be an integer from 0 to 50, got 0.5",
    ],
  ])("%s is rejected", (_what, given, message) => {
    expect(refusal(given)).toBe(`integrations[0].${message}`);
  });

  test("has options that a Dify app does not have", () => {
    expect(refusal(dify({ options: { model: "gpt-5" } }))).toBe(
      `integrations[0].options.model: ${notAnOption("dify_chat")}, got "model"`,
    );
  });
});

describe("a URL that ends in an endpoint instead of the base of the API is rejected", () => {
  const refused = (type: ModelType, endpoint: string, path: string) => {
    const callbackUrl = `https://models.example.com${path}`;
    expect(refusal(ofType(type, { callbackUrl }))).toBe(
      `integrations[0].callbackUrl: must be the base URL, without /${endpoint}, got ${shorten(JSON.stringify(callbackUrl))}`,
    );
  };

  test.each(modelTypes)("for type %s", (type) => {
    for (const endpoint of modelApis[type].endpoints) {
      for (const end of ["", "/", "?api-version=1"]) refused(type, endpoint, `/v1/${endpoint}${end}`);
    }
  });

  test("in any case of letters, below any path, and with any slashes after it", () => {
    const sent = fc
      .constantFrom(...modelTypes)
      .chain((type) => fc.tuple(fc.constant(type), fc.constantFrom(...modelApis[type].endpoints)))
      .chain(([type, endpoint]) =>
        fc.tuple(fc.constant(type), fc.constant(endpoint), fc.mixedCase(fc.constant(endpoint))),
      );
    const segments = fc.array(fc.constantFrom("v1", "API", "dify", "messages"), { maxLength: 3 });
    fc.assert(
      fc.property(sent, segments, fc.nat(3), ([type, endpoint, spelling], path, slashes) => {
        refused(type, endpoint, `/${[...path, spelling].join("/")}${"/".repeat(slashes)}`);
      }),
    );
  });

  test("but a webhook's URL may end in anything, and a base URL in anything that only looks like an endpoint", () => {
    expect(parse([webhook({ callbackUrl: "https://yourserver.com/chat/completions" })])).toHaveLength(1);
    expect(parse([dify({ callbackUrl: "https://dify.example.com/my-chat-messages" })])).toHaveLength(1);
    expect(parse([openai({ callbackUrl: "https://api.example.com/completions/v1" })])).toHaveLength(1);
  });
});
