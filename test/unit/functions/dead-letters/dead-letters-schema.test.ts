import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseInput } from "#adapters/api-gateway/parse-input.ts";
import { deadQuerySchema, redriveSchema } from "../../../../functions/dead-letters/dead-letters-schema.ts";
import { refusalOf } from "../../adapters/api-gateway/refusal.ts";

test("whatever is sent, a call is parsed or refused with the field", () => {
  const names = [
    "unknown",
    "queue",
    "userId",
    "fromUserId",
    "integration",
    "msgUID",
    "limit",
    "ids",
    "filter",
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(deadQuerySchema, redriveSchema),
      fc.dictionary(fc.constantFrom(...names), fc.anything()),
      (schema, sent) => {
        const refused = refusalOf(() => parseInput(schema, sent));
        if (refused) expect(refused).toMatchObject({ errorMessage: expect.stringMatching(/^.{1,2000}$/s) });
      },
    ),
  );
});

test.each([
  ["neither ids nor a filter", {}, /must have exactly one of ids, filter/],
  ["both", { ids: ["a"], filter: {} }, /must have exactly one of ids, filter/],
  ["no ids", { ids: [] }, /^ids: must contain at least one/],
  ["too many ids", { ids: Array.from({ length: 101 }, String) }, /^ids: at most 100 entries/],
  ["a field that a filter has not", { filter: { user: "u7" } }, /^filter\.user: is not a field of a filter/],
  [
    "an integration that there is not",
    { filter: { integration: "dify" } },
    /^filter\.integration: must be one of/,
  ],
])("a redrive of %s is refused", (_name, sent, message) => {
  expect(refusalOf(() => parseInput(redriveSchema, sent))?.errorMessage).toMatch(message);
});

test("an empty filter is a choice: all of the app", () => {
  expect(parseInput(redriveSchema, { filter: {} })).toEqual({ filter: {} });
});
