import { describe, expect, test } from "@jest/globals";
import * as v from "valibot";
import { fieldTable } from "../../../scripts/docs/field-table.ts";

const described = <T extends v.GenericSchema>(schema: T) => v.pipe(schema, v.description("What it does."));
const lineOf = (schema: v.GenericSchema): string | undefined =>
  fieldTable("option", { one: schema, other: v.optional(described(v.boolean()), true) }).split("\n")[2];

describe("a generated table", () => {
  test.each<[v.GenericSchema, string]>([
    [described(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(9))), "required | integer (1–9)"],
    [v.optional(described(v.picklist(["a", "b"])), "a"), "`a` | `a`, `b`"],
    [v.exactOptional(described(v.pipe(v.string(), v.maxLength(9)))), "– | string (at most 9 characters)"],
    [v.exactOptional(described(v.pipe(v.string(), v.url()))), "– | URL"],
    [
      v.exactOptional(described(v.pipe(v.array(v.string()), v.maxLength(2))), []),
      "`[]` | array of string, at most 2 items",
    ],
    [
      described(v.strictObject({ a: v.boolean(), b: v.boolean(), c: v.string() })),
      "required | object:<br>`a`, `b`: boolean<br>`c`: string",
    ],
  ])("shows the default and the bounds of a field: %#", (schema, cells) => {
    expect(lineOf(schema)).toBe(`| \`one\` | ${cells} | What it does. |`);
  });

  test("names a default that depends on other settings", () => {
    const field = v.pipe(v.boolean(), v.metadata({ whenOmitted: "by host", description: "What it does." }));
    expect(lineOf(v.optional(field))).toBe("| `one` | by host | boolean | What it does. |");
  });

  test("has no column of defaults if no field has one", () => {
    expect(fieldTable("field", { one: v.optional(described(v.boolean())) })).toBe(
      "| field | type and bounds | meaning |\n|---|---|---|\n| `one` | boolean | What it does. |",
    );
  });

  test("is not made of a field without a description, or of a type that it cannot describe", () => {
    expect(() => lineOf(v.string())).toThrow("one has no description");
    expect(() => lineOf(described(v.unknown()))).toThrow("no text for the type");
    expect(() => lineOf(described(v.pipe(v.string(), v.regex(/^a+$/))))).toThrow("needs a title");
  });
});
