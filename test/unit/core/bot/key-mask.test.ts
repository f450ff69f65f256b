import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isMasked, maskKey } from "#core/bot/key-mask.ts";

const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
/** Any possible key: visible ASCII, mostly as Dify makes them. */
const keys = fc
  .tuple(fc.constantFrom("app-", "app-", ""), fc.string({ unit: visible, minLength: 1, maxLength: 64 }))
  .map((parts) => parts.join(""));

describe("a masked key", () => {
  test("distinguishes Dify keys by their last four characters", () => {
    expect(maskKey("app-7d1hT3xQ0kfN2vCq9sRw3f9c")).toBe("app-****3f9c");
    expect(maskKey("7d1hT3xQ0kfN2vCq9sRw3f9c")).toBe("****3f9c");
  });

  test.each([
    ["app-", "app-****"],
    ["app-secret", "app-****"],
    ["app-12345678901", "app-****"],
    ["123456789012345", "****"],
    ["", "****"],
  ])("reveals nothing of a key as short as %j", (key, masked) => {
    expect(maskKey(key)).toBe(masked);
  });

  test("never reveals more of a key than its prefix and last four characters, and is the same for any key with these", () => {
    fc.assert(
      fc.property(keys, keys, (key, other) => {
        const masked = maskKey(key);
        expect(masked).toMatch(/^(app-)?\*{4}/);
        const shown = masked.replace(/^(app-)?\*{4}/, "");
        expect(["", key.slice(-4)]).toContain(shown);
        const prefix = key.startsWith("app-") ? "app-" : "";
        expect(maskKey(`${prefix}${other}-of-another-length-${shown}`)).toContain(`****${shown}`);
        expect(key.length - prefix.length - shown.length).toBeGreaterThanOrEqual(shown === "" ? 0 : 8);
      }),
    );
  });

  test("is recognised as one, whatever the key", () => {
    fc.assert(fc.property(keys, (key) => expect(isMasked(maskKey(key))).toBe(true)));
  });

  test("is not confused with a key without asterisks", () => {
    const withoutAsterisks = keys.map((key) => key.replaceAll("*", "x"));
    fc.assert(fc.property(withoutAsterisks, (key) => expect(isMasked(key)).toBe(false)));
  });
});
