import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import * as v from "valibot";
import { pythonJson } from "#adapters/model-api/python-json.ts";

const schema = v.pipe(v.string(), pythonJson);

describe("JSON as Python writes it", () => {
  test("reads numbers that JSON does not have as null, and leaves strings alone", () => {
    expect(v.parse(schema, '{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \\" NaN"}')).toEqual({
      a: null,
      b: [null, null],
      c: 'NaN " NaN',
    });
  });

  test.each(['"\\', '"a\\\n', '["\\u2028'])("is refused if a string is not closed: %j, NaN", (text) => {
    expect(v.safeParse(schema, `${text}, NaN`).success).toBe(false);
  });

  test("reads all JSON as it is", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(v.parse(schema, text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test("is refused where it is no JSON at all", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(v.safeParse(schema, `${text}{`).success).toBe(false);
      }),
    );
  });
});
