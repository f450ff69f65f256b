import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { botSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { bot, type Fields, pairsOf, urlOf } from "./samples.ts";

const parse = (body: Fields) => parseJsonBody(botSchema({ allowPrivate: false }), jsonOf(body));
const refusal = (body: Fields) => refusalOf(() => parse(body));

describe("a bot", () => {
  test("is parsed with defaults for omitted fields", () => {
    expect(parse(bot())).toEqual({ ...bot(), metadata: {} });
  });

  test("is parsed without unknown fields, such as the timestamps of a bot that was read before", () => {
    expect(parse(bot({ createdAt: 1, updatedAt: 2, appKey: "app-two", version: 9 }))).toEqual(parse(bot()));
  });

  test.each(["userId", "name", "type", "profileUrl", "integrations"])("must have its %s", (field) => {
    expect(refusal(bot({ [field]: undefined }))).toEqual({
      code: 1002,
      errorMessage: `${field}: is required, got nothing`,
    });
  });

  test.each<[string, Fields]>([
    ["a userId of 1 character", { userId: "b" }],
    ["a userId of 64 characters", { userId: "b".repeat(64) }],
    ["a name of 128 characters", { name: "n".repeat(128) }],
    ["a name in any script", { name: "客服机器人 😀" }],
    ["a type of 128 characters", { type: "t".repeat(128) }],
    ["a profileUrl of 256 characters", { profileUrl: urlOf(256) }],
    ["16 metadata pairs", { metadata: pairsOf(16) }],
    ["a metadata key of 32 characters", { metadata: { ["k".repeat(32)]: "v" } }],
    ["a metadata value of 128 characters", { metadata: { k: "v".repeat(128) } }],
  ])("may have %s", (_name, given) => {
    expect(parse(bot(given))).toEqual({ ...bot({ metadata: {} }), ...given });
  });

  test.each<[string, Fields, number, string]>([
    ["an empty userId", { userId: "" }, 1002, 'userId: must not be empty, got ""'],
    [
      "a userId of 65 characters",
      { userId: "b".repeat(65) },
      1005,
      "userId: at most 64 characters, got 65 characters",
    ],
    ["a userId that is a number", { userId: 7 }, 1002, "userId: must be a string, got 7"],
    ["an empty name", { name: "" }, 1002, 'name: must not be empty, got ""'],
    [
      "a name of 129 characters",
      { name: "n".repeat(129) },
      1005,
      "name: at most 128 characters, got 129 characters",
    ],
    ["an empty type", { type: "" }, 1002, 'type: must not be empty, got ""'],
    [
      "a type of 129 characters",
      { type: "t".repeat(129) },
      1005,
      "type: at most 128 characters, got 129 characters",
    ],
    ["an empty profileUrl", { profileUrl: "" }, 1002, 'profileUrl: must not be empty, got ""'],
    [
      "a profileUrl of 257 characters",
      { profileUrl: urlOf(257) },
      1005,
      "profileUrl: at most 256 characters, got 257 characters",
    ],
    ["an invalid profileUrl", { profileUrl: "bot.png" }, 1002, 'profileUrl: must be a URL, got "bot.png"'],
    ["metadata that is not an object", { metadata: "x" }, 1002, 'metadata: must be an object, got "x"'],
    ["17 metadata pairs", { metadata: pairsOf(17) }, 1002, "metadata: at most 16 pairs, got 17"],
    ["an empty metadata value", { metadata: { k: "" } }, 1002, 'metadata.k: must not be empty, got ""'],
    [
      "a metadata value of 129 characters",
      { metadata: { k: "v".repeat(129) } },
      1005,
      "metadata.k: at most 128 characters, got 129 characters",
    ],
    [
      "a metadata value that is an object",
      { metadata: { k: {} } },
      1002,
      "metadata.k: must be a string, a number or a boolean, got {}",
    ],
    [
      "a profileUrl that runs code in a page",
      { profileUrl: "javascript:alert(1)" },
      1002,
      'profileUrl: must be an http or https URL, got "javascript:alert(1)"',
    ],
    [
      "a metadata number that was rounded on the way",
      { metadata: { build: 2 ** 53 } },
      1002,
      "metadata.build: a number beyond 9007199254740991 must be sent as a string, got 9007199254740992",
    ],
    [
      "integrations that are not an array",
      { integrations: {} },
      1002,
      "integrations: must be an array, got {}",
    ],
    ["null for its integrations", { integrations: null }, 1002, "integrations: must be an array, got null"],
  ])("may not have %s", (_name, given, code, errorMessage) => {
    expect(refusal(bot(given))).toEqual({ code, errorMessage });
  });

  test("may not have an empty metadata key, nor one of 33 characters", () => {
    expect(refusal(bot({ metadata: { "": "v" } }))).toMatchObject({ code: 1002 });
    expect(refusal(bot({ metadata: { ["k".repeat(33)]: "v" } }))).toMatchObject({ code: 1005 });
  });

  test("stores numbers and booleans of its metadata as strings, as the guide sends them", () => {
    const metadata = { version: 1, ratio: 1.5, most: 2 ** 53 - 1, beta: true, off: false, tone: "formal" };
    expect(parse(bot({ metadata })).metadata).toEqual({
      version: "1",
      ratio: "1.5",
      most: "9007199254740991",
      beta: "true",
      off: "false",
      tone: "formal",
    });
  });

  test.each(["__proto__", "constructor", "prototype"])(
    "rejects metadata called %s instead of losing it",
    (name) => {
      const metadata = JSON.parse(`{"tone":"formal","${name}":"v"}`);
      expect(refusal(bot({ metadata }))).toEqual({
        code: 1002,
        errorMessage:
          "metadata: must not have a key called __proto__, constructor, prototype, got an object with 2 keys",
      });
    },
  );

  test("stores metadata under every other key of 1 to 32 characters", () => {
    const key = fc.oneof(
      fc.constantFrom("toString", "hasOwnProperty"),
      fc
        .string({ minLength: 1, maxLength: 32 })
        .filter((name) => !["__proto__", "constructor", "prototype"].includes(name)),
    );
    fc.assert(
      fc.property(key, (name) =>
        expect(parse(bot({ metadata: { [name]: "v" } })).metadata).toEqual({ [name]: "v" }),
      ),
    );
  });
});
