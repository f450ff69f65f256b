import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fieldPath } from "#core/shared/field-path.ts";

describe("the path of a field", () => {
  test.each([
    [["userId"], "userId"],
    [["integrations", 1, "callbackUrl"], "integrations[1].callbackUrl"],
    [["metadata", "版本"], "metadata.版本"],
    [["metadata", "a.b"], 'metadata."a.b"'],
    [["metadata", "the tone"], 'metadata."the tone"'],
    [["metadata", 'a"\n'], 'metadata."a\\"\\n"'],
    [["metadata", "1"], "metadata.1"],
    [[" "], '" "'],
    [[""], '""'],
    [["x".repeat(81)], `${"x".repeat(80)}…`],
  ])("%j is %s", (keys, path) => {
    expect(fieldPath(keys)).toBe(path);
  });

  test("never begins or ends with a blank, and no other field has it", () => {
    const anyKeys = fc.array(fc.oneof(fc.nat(), fc.string({ unit: "binary", maxLength: 40 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(anyKeys, anyKeys, (keys, others) => {
        const path = fieldPath(keys);
        expect(path).toMatch(/^\S(.*\S)?$/s);
        expect(fieldPath(others) === path).toBe(JSON.stringify(others) === JSON.stringify(keys));
      }),
    );
  });
});
