import { createRequire } from "node:module";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { type ExpressionParser, rememberExpressions } from "../../../../local/aws/expression-memory.ts";

const require = createRequire(createRequire(import.meta.url).resolve("dynalite"));
const parsers: Readonly<Record<"condition" | "update", ExpressionParser>> = {
  condition: require("./db/conditionParser"),
  update: require("./db/updateParser"),
};
const { compare } = require("./db");
const isReserved = (word: string): boolean => word === "name";

/** Expressions with all kinds of parts. Some are not valid with some names or values. */
const expressions = [
  ["condition", "attribute_not_exists(turn) OR #a <= :x OR (#b = :y AND #a <= :x) OR version = :y"],
  ["condition", "#a.nested[2].#b = :x AND NOT contains(#a, :y)"],
  ["condition", "#a BETWEEN :x AND :y"],
  ["condition", "attribute_type(#a, :x) AND size(#b) > :y"],
  ["condition", "begins_with(#a, :x) AND #b IN (:x, :y)"],
  ["condition", "#a = :missing OR constructor = :x OR #b = :y"],
  ["update", "SET #a = :x, version = if_not_exists(#b, :y) + :x REMOVE other ADD counter :y"],
  ["update", "SET #a = list_append(:x, #a), #b.inner = :y"],
  ["update", "SET #a = :x, #b = :y"],
  ["update", "SET name = :x, #a = :y REMOVE #b"],
] as const;

const name = fc.constantFrom("version", "other", "constructor", "slot#1", "slot#2", ":x", "#a", "a b");
const value = fc.oneof(
  fc.record({ S: fc.constantFrom("S", "N", "text") }),
  fc.record({ N: fc.nat(9).map(String) }),
  fc.constant({ L: [{ S: "x" }] }),
  fc.constant({ M: { "#a": { S: ":x" } } }),
);
const call = fc.record({
  expression: fc.constantFrom(...expressions),
  attrNames: fc.record({ "#a": name, "#b": name, "#c": name }, { requiredKeys: ["#a", "#b"] }),
  attrVals: fc.record({ ":x": value, ":y": value, ":z": value }, { requiredKeys: [] }),
});

test("an expression that was parsed before has the result that parsing it again has", () => {
  const remembering = {
    condition: rememberExpressions(parsers.condition.parse),
    update: rememberExpressions(parsers.update.parse),
  };
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 20 }), (calls) => {
      for (const { expression, attrNames, attrVals } of calls) {
        const [kind, text] = expression;
        const used = (parse: ExpressionParser["parse"]) => {
          const context = {
            ...structuredClone({ attrNames, attrVals }),
            unusedAttrNames: Object.fromEntries(Object.keys(attrNames).map((each) => [each, true as const])),
            unusedAttrVals: Object.fromEntries(Object.keys(attrVals).map((each) => [each, true as const])),
            isReserved,
            compare,
          };
          const result = parse(text, { context });
          return { result, names: context.unusedAttrNames, values: context.unusedAttrVals };
        };
        expect(used(remembering[kind])).toEqual(used(parsers[kind].parse));
      }
    }),
    { numRuns: 500 },
  );
});

test("an expression is parsed once for all calls that differ only in values and in names that vary", () => {
  let parsed = 0;
  const parse = rememberExpressions((expression, options) => {
    parsed += 1;
    return parsers.update.parse(expression, options);
  });
  const update = (slot: string, until: string) => {
    const attrNames = { "#slot": slot };
    const attrVals = { ":until": { N: until } };
    const context = { attrNames, attrVals, unusedAttrNames: {}, unusedAttrVals: {}, isReserved, compare };
    return parse("SET #slot = :until", { context });
  };
  const context = {
    attrNames: { "#s": "slot#one" },
    attrVals: { ":u": { N: "1" } },
    unusedAttrNames: {},
    unusedAttrVals: {},
    isReserved,
    compare,
  };
  expect(update("slot#one", "1")).toEqual(parsers.update.parse("SET #s = :u", { context }));
  expect(JSON.stringify(update("slot#two", "2"))).toContain("slot#two");
  expect(parsed).toBe(1);
});
