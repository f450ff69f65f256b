import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { type KeywordFilter, keywordKinds, makeMatchesFilter } from "#core/bot/keyword-filter.ts";

const matchesFilter = makeMatchesFilter((patterns, text) =>
  patterns.some((pattern) => new RegExp(pattern, "u").test(text)),
);

describe("a keyword filter", () => {
  test.each<[string, KeywordFilter, string, boolean]>([
    ["a word within", { contains: ["order"] }, "where is my order?", true],
    ["a word within another", { contains: ["order"] }, "a border", true],
    ["a word of Chinese", { contains: ["订单"] }, "我的订单呢", true],
    ["a word that is not there", { contains: ["order"] }, "hello", false],
    ["one of several words", { contains: ["refund", "order"] }, "my order", true],
    ["a beginning", { startsWith: ["/help"] }, "/help me", true],
    ["a beginning that is elsewhere", { startsWith: ["/help"] }, "try /help", false],
    ["an end", { endsWith: ["please"] }, "a human please", true],
    ["an end that is elsewhere", { endsWith: ["please"] }, "please help", false],
    ["the whole", { equals: ["hi"] }, "hi", true],
    ["the whole and more", { equals: ["hi"] }, "hi there", false],
    ["a pattern", { matches: ["^#[0-9]+$"] }, "#42", true],
    ["a pattern in another case", { matches: ["order"] }, "ORDER", false],
    ["any of its conditions", { contains: ["refund"], equals: ["hi"], matches: ["^#"] }, "#42", true],
    ["none of its conditions", { contains: ["refund"], equals: ["hi"], matches: ["^#"] }, "order", false],
    ["nothing for an empty array", { contains: [], matches: [] }, "order", false],
    ["a dot as a dot", { contains: ["a.c"] }, "abc", false],
    ["capitals", { contains: ["order"] }, "MY ORDER", true],
    ["lower case", { startsWith: ["ÉTAT"] }, "état des lieux", true],
    ["Greek with its last sigma", { contains: ["ΟΔΟΣ"] }, "η οδός ή οδος", true],
    ["a sharp s as two", { equals: ["STRASSE"] }, "straße", true],
    ["a capital sharp s", { equals: ["straße"] }, "STRAẞE", true],
    ["Cyrillic", { endsWith: ["заказ"] }, "МОЙ ЗАКАЗ", true],
    ["the kelvin sign as a k", { equals: ["ok"] }, "o\u212a", true],
    ["an accent written as a separate character", { equals: ["cafe\u0301"] }, "CAFÉ", true],
    ["a letter, not one with an accent", { contains: ["cafe"] }, "cafe\u0301", false],
  ])("handles %s correctly", (_, filter, text, fits) => {
    expect(matchesFilter(filter, text)).toBe(fits);
  });

  test.each(keywordKinds)("matches a text by its own words in any case: %s", (kind) => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 20 }), (text) => {
        for (const same of [text, text.toLowerCase(), text.toUpperCase(), text.normalize("NFD")]) {
          expect(matchesFilter({ [kind]: [text] }, same)).toBe(true);
        }
      }),
    );
  });
});
