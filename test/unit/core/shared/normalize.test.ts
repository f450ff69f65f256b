import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { normalize } from "#core/shared/normalize.ts";

const form = fc.constantFrom("NFC" as const, "NFKC" as const);

describe("normalize", () => {
  test("makes the encodings of an accent equal", () => {
    expect(normalize("e\u0301", "NFC")).toBe("é");
    expect(normalize("１", "NFKC")).toBe("1");
  });

  test("normalizes any text with at most 30 combining marks in a row", () => {
    const marks = fc.string({ unit: fc.constantFrom("\u0300", "\u0323", "\u0344", "\u05b0"), maxLength: 30 });
    const text = fc
      .array(fc.tuple(fc.string({ unit: "binary-ascii", minLength: 1 }), marks))
      .map((parts) => parts.flat().join(""));
    fc.assert(fc.property(text, form, (text, form) => normalize(text, form) === text.normalize(form)));
  });

  test("returns a text with more of them as it is, since they are sorted in quadratic time", () => {
    const text = `e\u0301 a${"\u0300".repeat(16)}${"\u0323".repeat(15)}`;
    expect(normalize(text, "NFC")).toBe(text);
    expect(normalize(text, "NFKC")).toBe(text);
  });
});
