import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { redact } from "../../../../scripts/smoke/redact.ts";

describe("a smoke test's output", () => {
  test("contains no secret, whatever surrounds it", () => {
    const secret = fc.stringMatching(/^[\w-]{12,40}$/);
    fc.assert(
      fc.property(
        fc.array(fc.string()),
        fc.array(secret, { minLength: 1, maxLength: 3 }),
        (around, secrets) => {
          const text = around
            .flatMap((each, index) => [each, secrets[index % secrets.length] ?? ""])
            .join("");
          const shown = redact(text, secrets);
          for (const each of secrets) expect(shown).not.toContain(each);
        },
      ),
    );
  });

  test("redacts a longer secret whole, even if a shorter one is a part of it", () => {
    expect(redact("key=abc123xyz", ["abc123", "abc123xyz", ""])).toBe("key=***");
  });

  test("is one line of limited length, without terminal escape sequences", () => {
    const shown = redact(`one\r\ntwo\u001b[2J\u202e${"x".repeat(1000)}`, []);
    expect(shown).toMatch(/^one two \[2J x+ …$/);
    expect(shown.length).toBeLessThan(510);
  });
});
