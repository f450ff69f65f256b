import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeJsonLog } from "#adapters/node/json-log.ts";
import { anyText } from "./any-text.ts";

const lineOf = (fields: Record<string, string | number | boolean | undefined>): string => {
  let written = "";
  makeJsonLog((line) => {
    written += line;
  }).warn("something_happened", fields);
  return written;
};

test("a line of the log is one line of the same JSON, whatever its fields contain", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const line = lineOf({ reason: text, status: 404, isLate: false });
      expect(line).toMatch(/^[^\p{Cc}\u2028\u2029\p{Bidi_Control}]+\n$/u);
      expect(JSON.parse(line)).toMatchObject({ level: "WARN", reason: text, status: 404, isLate: false });
    }),
  );
});

test("controls, line breaks and changes of direction are escaped", () => {
  const line = lineOf({ reason: "a\n\u0085\u2028\u202e\u2066\u007f" });
  expect(line).toContain('"reason":"a\\n\\u0085\\u2028\\u202e\\u2066\\u007f"');
});

test("a field is cut off at its limit", () => {
  expect(JSON.parse(lineOf({ reason: "x".repeat(100_000) })).reason).toHaveLength(1_000);
});
