import { describe, expect, test } from "@jest/globals";
import type * as v from "valibot";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import {
  integrationIdSchema,
  integrationSchema,
  integrationUpdateSchema,
} from "../../../../functions/bot-registry/integration-requests.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { dify, type Fields, filledIn, oneOfTheTypes, webhook } from "./samples.ts";

const userId = "bot-helpdesk";
const rules = { allowPrivate: false };
const creation = integrationSchema(rules);
const update = integrationUpdateSchema(rules);

const parse = <T extends v.GenericSchema>(schema: T, body: unknown) => parseJsonBody(schema, jsonOf(body));
const refusal = (schema: v.GenericSchema, body: unknown) => refusalOf(() => parse(schema, body));

describe("an integration that is added", () => {
  test("is parsed with the id of its bot and defaults for omitted fields", () => {
    expect(parse(creation, { userId, ...webhook() })).toEqual({
      userId,
      integration: { ...webhook(), ...filledIn },
    });
  });

  test("to Dify is parsed with its key and the key's masked form", () => {
    const { auth: _auth, ...fields } = dify();
    expect(parse(creation, { userId, ...dify({ type: "dify_agent" }) })).toEqual({
      userId,
      integration: {
        ...fields,
        ...filledIn,
        type: "dify_agent",
        apiKey: "app-1234567890abcdef",
        maskedApiKey: "app-****cdef",
      },
    });
  });
});

describe("an update of an integration", () => {
  test.each<[string, Fields]>([
    ["enabled", { enabled: false }],
    ["callbackUrl", { callbackUrl: "https://other.example.com/" }],
    ["objectNames", { objectNames: [] }],
    ["events", { events: ["message:private"] }],
    ["stream", { stream: true }],
    ["handleResponse", { handleResponse: false }],
    ["options", { options: { everyone: true } }],
    ["options, emptied,", { options: {} }],
  ])("that names %s changes only that", (_name, changes) => {
    expect(parse(update, { userId, type: "webhook", ...changes })).toStrictEqual({
      userId,
      type: "webhook",
      changes,
    });
    expect(parse(update, { userId, type: "dify_chat", ...changes })).toStrictEqual({
      userId,
      type: "dify_chat",
      changes,
    });
  });

  test("keeps a key that is sent masked, and accepts one sent in plain text", () => {
    const keyOf = (apiKey: string) => parse(update, { userId, type: "dify_chat", auth: { apiKey } }).changes;
    expect(keyOf("app-****cdef")).toStrictEqual({ maskedApiKey: "app-****cdef" });
    expect(keyOf("app-newnewnewnew1234")).toStrictEqual({
      apiKey: "app-newnewnewnew1234",
      maskedApiKey: "app-****1234",
    });
  });

  test.each([{}, null, { apiKey: null }])("keeps the key if auth is %j", (auth) => {
    const sent = { userId, type: "dify_chat", stream: false, auth };
    expect(parse(update, sent).changes).toStrictEqual({ stream: false });
  });

  const nothing = "body: must name a field to change other than userId and type, got an object with 2 keys";

  test.each<[string, Fields, string]>([
    ["nothing to change", { type: "dify_chat" }, nothing],
    ["only fields without a meaning for its type", { type: "dify_chat", agent: { agentId: "a1" } }, nothing],
    ["only a key for a webhook, which has none", { type: "webhook", auth: { apiKey: "app-1" } }, nothing],
  ])("with %s is rejected", (_name, given, errorMessage) => {
    expect(refusal(update, { userId, ...given })).toEqual({ code: 1002, errorMessage });
  });
});

describe("the removal of an integration", () => {
  test("names the bot and the type", () => {
    expect(parse(integrationIdSchema, { userId, type: "dify_agent" })).toEqual({
      userId,
      type: "dify_agent",
    });
  });
});

describe("a request about an integration", () => {
  test.each<[string, v.GenericSchema, Fields]>([
    ["creation", creation, { enabled: true }],
    ["update", update, { enabled: true }],
    ["removal", integrationIdSchema, {}],
  ])("is rejected if the bot or the type is not named, for its %s", (_name, schema, given) => {
    const messageFor = (body: unknown) => refusal(schema, body)?.errorMessage;
    expect(messageFor({ type: "webhook", ...given })).toBe("userId: is required, got nothing");
    expect(messageFor({ userId: 7, type: "webhook", ...given })).toBe("userId: must be a string, got 7");
    expect(messageFor({ userId, ...given })).toBe("type: is required, got nothing");
    expect(messageFor({ userId, type: "Webhook", ...given })).toBe(`type: ${oneOfTheTypes}, got "Webhook"`);
    expect(messageFor({ userId, type: null, ...given })).toBe(`type: ${oneOfTheTypes}, got null`);
    expect(messageFor(null)).toBe("body: must be an object, got null");
    expect(messageFor("x")).toBe("body: must be an object, got a string of 1 character");
  });

  test("that was encoded as JSON twice is rejected without its key", () => {
    const twice = JSON.stringify(JSON.stringify({ auth: { apiKey: "app-of-mine" } }));
    expect(refusalOf(() => parseJsonBody(creation, Buffer.from(twice)))?.errorMessage).not.toContain("app-");
  });

  test("may not contain lone surrogates, which would be stored as another character", () => {
    expect(refusal(creation, { userId: "bot-\ud83d", type: "webhook" })).toEqual({
      code: 1002,
      errorMessage: 'userId: must be Unicode without lone surrogates, got "bot-\\ud83d"',
    });
  });
});
