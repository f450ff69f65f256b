import { describe, expect, test } from "@jest/globals";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import { botSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { bot, dify, difyTypes, type Fields, filledIn, webhook } from "./samples.ts";

const parse = (integrations: readonly Fields[], allowPrivate = false) =>
  parseJsonBody(botSchema({ allowPrivate }), jsonOf(bot({ integrations }))).integrations;
const refusal = (...integrations: readonly Fields[]) => refusalOf(() => parse(integrations))?.errorMessage;
const integrationOf = (given: Fields) => parse([given])[0];

describe("an integration", () => {
  test("of an app's server is read with what it may leave out filled in", () => {
    expect(integrationOf(webhook())).toEqual({ ...webhook(), ...filledIn });
  });

  test.each(difyTypes)(
    "of type %s is read with its key out of auth, and with what may be shown of it",
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

  test("is read with what it says otherwise", () => {
    const said = {
      enabled: false,
      objectNames: ["RC:TxtMsg", "app:Order"],
      events: ["message:private", "group:bot_join"],
      stream: false,
      handleResponse: false,
      options: { everyone: true },
    };
    expect(integrationOf(webhook(said))).toEqual({ ...webhook(), ...said });
  });

  test("is read without what RongCloud's newer SDKs send besides, and a webhook without a key", () => {
    const besides = { agent: { agentId: "a" }, waitForInputCompletion: true, gentleResponse: true };
    const auth = { apiKey: "app-1234567890abcdef" };
    expect(integrationOf(webhook({ ...besides, auth }))).toEqual({ ...webhook(), ...filledIn });
  });

  test("takes every event of the contract, and message:group for message:group_mentioned", () => {
    expect(integrationOf(webhook({ events: eventTypes }))?.events).toEqual(eventTypes);
    expect(integrationOf(webhook({ events: ["message:group"] }))?.events).toEqual([
      "message:group_mentioned",
    ]);
  });

  test("takes a key of one character and of 512", () => {
    const keyOf = (apiKey: string) => integrationOf(dify({ auth: { apiKey } }));
    expect(keyOf("k")).toMatchObject({ apiKey: "k", maskedApiKey: "****" });
    expect(keyOf("k".repeat(512))).toMatchObject({ apiKey: "k".repeat(512) });
  });

  test("that is wrong is named by its place in the list", () => {
    expect(refusal(webhook(), dify({ auth: {} }))).toBe(
      "integrations[1].auth.apiKey: is required, got nothing",
    );
  });

  test("may stand beside one of each other type, and not beside a second of its own", () => {
    const both = parse([webhook(), dify(), dify({ type: "dify_workflow" })]);
    expect(both.map(({ type }) => type)).toEqual(["webhook", "dify_chat", "dify_workflow"]);
    expect(refusal(dify(), webhook(), dify({ callbackUrl: "https://dify.example.com/v1" }))).toBe(
      "integrations: at most one integration of each type, got a list of 3",
    );
  });

  test("on one machine may lead to a neighbour, and deployed not", () => {
    const near = dify({ callbackUrl: "http://127.0.0.1:5001/v1" });
    expect(parse([near], true)[0]?.callbackUrl).toBe("http://127.0.0.1:5001/v1");
    expect(refusal(near)).toMatch(/^integrations\[0\]\.callbackUrl: must be an https URL, got /);
  });
});
