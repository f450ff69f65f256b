import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { toApiFailure } from "#adapters/api-gateway/api-error.ts";
import type { TestedIntegration } from "#core/jobs/test-integration.ts";
import { makeIntegrationTestRoutes } from "../../../../functions/integration-test/routes.ts";
import { app } from "../../adapters/secrets/apps.ts";
import { replacing } from "../any-body.ts";
import { dify, openai, webhook } from "../bot-registry/samples.ts";

const call = async (body: unknown, allowPrivate = false): Promise<unknown> => {
  const tested: TestedIntegration[] = [];
  const route = makeIntegrationTestRoutes({
    allowPrivate,
    testIntegration: async (_appKey, given) => {
      tested.push(given);
      return { checks: [] };
    },
  })["/v3/bot/integration/test.json"];
  const request = { body: Buffer.from(JSON.stringify(body)) } as Parameters<NonNullable<typeof route>>[1];
  try {
    await route?.(app(), request);
    return tested[0];
  } catch (error) {
    return toApiFailure(error).body.errorMessage;
  }
};

describe("a test is for", () => {
  test("a stored integration", async () => {
    expect(await call({ userId: "bot-001", type: "webhook" })).toEqual({
      userId: "bot-001",
      type: "webhook",
    });
  });

  test("a draft, complete as in create", async () => {
    expect(await call({ integration: openai(), metadata: { level: 3 } })).toMatchObject({
      draft: { type: "openai", apiKey: "sk-1234567890abcdef", options: { model: "gpt-5" }, enabled: true },
      metadata: { level: "3" },
    });
  });

  test("a draft of a bot, whose masked key and omitted options are the bot's", async () => {
    const draft = openai({ auth: { apiKey: "sk-****cdef" }, options: undefined });
    expect(await call({ userId: "bot-001", integration: draft })).toMatchObject({
      userId: "bot-001",
      draft: { type: "openai", maskedApiKey: "sk-****cdef" },
    });
  });
});

describe("a test is refused", () => {
  const both = "must have exactly one of type, for a stored integration, and integration, for a draft";
  test.each<[string, unknown, RegExp | string]>([
    ["without anything", {}, new RegExp(both)],
    ["of both", { userId: "b", type: "webhook", integration: webhook() }, new RegExp(both)],
    ["of a type of no bot", { type: "webhook" }, "userId: required with type, got nothing"],
    [
      "with metadata of a stored integration",
      { userId: "b", type: "webhook", metadata: { a: "b" } },
      /^metadata: only a draft is tested/,
    ],
    [
      "of a draft with a masked key of no bot",
      { integration: dify({ auth: { apiKey: "app-****cdef" } }) },
      /^integration\.auth\.apiKey: must be the full key/,
    ],
    [
      "of a draft without required options",
      { integration: openai({ options: undefined }) },
      /^integration\.options: /,
    ],
    [
      "at a private address",
      { integration: webhook({ callbackUrl: "https://10.0.0.1/" }) },
      /^integration\.callbackUrl: must not be a private/,
    ],
    ["without TLS", { integration: webhook({ callbackUrl: "http://example.com/" }) }, /must be an https URL/],
    ["with a field that there is not", { userId: "b", typ: "webhook" }, /^typ: is not a field of this test/],
    [
      "with a field that no integration has",
      { integration: webhook({ model: "x" }) },
      /is not a field of an integration/,
    ],
  ])("%s", async (_name, body, message) => {
    expect(await call(body)).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
  });
});

test("whatever is sent, a test is begun or refused with the field", async () => {
  const names = ["unknown", "userId", "type", "integration", "metadata"];
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>("bot-001", "webhook", "openai", webhook(), dify(), openai()),
    replacing(openai()),
  );
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom(...names), value), async (sent) => {
      const result = await call(sent);
      if (typeof result === "string") expect(result).not.toMatch(/internal error/);
      else expect(result).toEqual(expect.any(Object));
    }),
  );
});
