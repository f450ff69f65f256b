import { execFileSync } from "node:child_process";
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { shellQuote } from "../../../../console/src/command/shell-quote.ts";

/** No argument of a program can have a NUL. Lone surrogates have no UTF-8. */
const word = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom("'", '"', "\\", "$", "`", "!", "\n", " ", "~", "=", "-", "#", "a") }),
  )
  .map((text) => text.replaceAll("\0", ""));

test("a POSIX shell reads the quoted words back as they are", () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 60 }), (words) => {
      const script = `printf '%s\\0' ${words.map(shellQuote).join(" ")}`;
      const printed = execFileSync("sh", ["-c", script], { encoding: "utf8" });
      expect(printed.split("\0").slice(0, -1)).toEqual(words);
    }),
    { numRuns: 15 },
  );
});

test("plain words stay readable", () => {
  expect(shellQuote("https://127.0.0.1:3000/v3/bot/get.json")).toBe("https://127.0.0.1:3000/v3/bot/get.json");
  expect(shellQuote("it's")).toBe(String.raw`'it'\''s'`);
  expect(shellQuote("")).toBe("''");
});
