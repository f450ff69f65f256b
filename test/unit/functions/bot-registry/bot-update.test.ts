import { describe, expect, test } from "@jest/globals";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { botUpdateSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { bot, dify, type Fields, filledIn, pairsOf, webhook } from "./samples.ts";

const parse = (body: unknown) => parseJsonBody(botUpdateSchema({ allowPrivate: false }), jsonOf(body));
const changesOf = (given: Fields) => parse({ userId: "bot-helpdesk", ...given }).changes;
const refusal = (given: Fields) => refusalOf(() => changesOf(given));

describe("an update of a bot", () => {
  test.each<[string, Fields]>([
    ["name", { name: "客服机器人" }],
    ["type", { type: "sales" }],
    ["profileUrl", { profileUrl: "http://example.com/new.png" }],
    ["metadata", { metadata: { tone: "casual" } }],
    ["metadata, emptied,", { metadata: {} }],
    ["integrations, emptied,", { integrations: [] }],
  ])("that names its %s changes only that", (_name, given) => {
    expect(parse({ userId: "bot-helpdesk", ...given })).toStrictEqual({
      userId: "bot-helpdesk",
      changes: given,
    });
  });

  test("accepts a whole bot as it was read, and changes everything but its id and its timestamps", () => {
    const { userId, ...fields } = bot({ metadata: { tone: "formal" } });
    expect(parse({ userId, ...fields, createdAt: 1, updatedAt: 2 })).toEqual({ userId, changes: fields });
  });

  test("stores numbers and booleans of metadata as strings", () => {
    expect(changesOf({ metadata: { version: 2, beta: false } })).toEqual({
      metadata: { version: "2", beta: "false" },
    });
  });

  test("replaces the array of integrations: omitted fields get their defaults, but omitted options keep their values", () => {
    const { options: _kept, ...others } = filledIn;
    expect(changesOf({ integrations: [webhook({ stream: false })] })).toEqual({
      integrations: [{ ...webhook(), ...others, stream: false }],
    });
    const options = { everyone: true };
    expect(changesOf({ integrations: [webhook({ options })] }).integrations).toMatchObject([{ options }]);
  });

  test("keeps a key that is sent masked, and accepts one sent in plain text", () => {
    const keyOf = (apiKey: string) =>
      changesOf({ integrations: [dify({ auth: { apiKey } })] }).integrations?.[0];
    const { auth: _auth, options: _options, ...fields } = { ...dify(), ...filledIn } as Fields;
    expect(keyOf("app-****cdef")).toEqual({ ...fields, maskedApiKey: "app-****cdef" });
    expect(keyOf("app-newnewnewnew1234")).toEqual({
      ...fields,
      apiKey: "app-newnewnewnew1234",
      maskedApiKey: "app-****1234",
    });
  });

  test.each<[string, Fields, number, string]>([
    [
      "nothing to change",
      {},
      1002,
      "body: must name a field to change other than userId, got an object with 1 key",
    ],
    [
      "only unknown fields",
      { nmae: "Helpdesk" },
      1002,
      "body: must name a field to change other than userId, got an object with 1 key",
    ],
    ["no userId", { userId: undefined, name: "x" }, 1002, "userId: is required, got nothing"],
    ["an empty userId", { userId: "", name: "x" }, 1002, 'userId: must not be empty, got ""'],
    ["an empty name", { name: "" }, 1002, 'name: must not be empty, got ""'],
    [
      "nothing but null",
      { name: null, metadata: null, integrations: null },
      1002,
      "body: must name a field to change other than userId, got an object with 1 key",
    ],
    ["userId null", { userId: null, name: "x" }, 1002, "userId: must be a string, got null"],
    [
      "a name of 129 characters",
      { name: "n".repeat(129) },
      1005,
      "name: at most 128 characters, got 129 characters",
    ],
    ["type 7", { type: 7 }, 1002, "type: must be a string, got 7"],
    ["an invalid profileUrl", { profileUrl: "x" }, 1002, 'profileUrl: must be a URL, got "x"'],
    ["17 metadata pairs", { metadata: pairsOf(17) }, 1002, "metadata: at most 16 pairs, got 17"],
    [
      "two integrations of a type",
      { integrations: [webhook(), webhook()] },
      1002,
      "integrations: at most one integration of each type, got an array of 2 items",
    ],
  ])("with %s is rejected", (_name, given, code, errorMessage) => {
    expect(refusal(given)).toEqual({ code, errorMessage });
  });

  test.each([
    [null, "body: must be an object, got null"],
    ["x", "body: must be an object, got a string of 1 character"],
  ])("that is %j is rejected", (body, errorMessage) => {
    expect(refusalOf(() => parse(body))).toEqual({ code: 1002, errorMessage });
  });
});
