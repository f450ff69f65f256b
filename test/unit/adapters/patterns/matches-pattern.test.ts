import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeMatchesPattern } from "#adapters/patterns/matches-pattern.ts";
import { maxPatternSize, patternSize } from "#adapters/patterns/pattern-size.ts";
import { cpuTimed } from "../../../support/cpu-time.ts";

const fitsPattern = makeMatchesPattern();

/** What a message can hold at most. */
const longest = 128 * 1024;
/** A backtracking engine takes years. */
const soonMs = 2_000;

const timed = (patterns: readonly string[], text: string) => cpuTimed(() => fitsPattern(patterns, text));

const patternPart = fc.constantFrom(
  ..."ab.*+?|()[]{}^$\\-,0123456789",
  ...["(?i)", "(?:", "(?P<n>", "\\pL", "\\d", "\\b", "[^", "{3}", "{2,}", "{1,1000}", "订", "😀", "\ud83d"],
);
const anyPattern = fc.oneof(
  fc.array(patternPart, { minLength: 1, maxLength: 40 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", minLength: 1, maxLength: 256 }),
);

describe("a text", () => {
  test.each([
    ["^#\\d+$", "#42", true],
    ["^#\\d+$", "order #42", false],
    ["order|订单", "我的订单", true],
    ["order", "ORDER", false],
    ["(?i)order", "my ORDER", true],
    ["(?i)заказ", "МОЙ ЗАКАЗ", true],
    ["^\\p{Han}{2,4}$", "订单号", true],
    ["^.$", "😀", true],
    ["(?m)^#\\d+$", "hello\n#42", true],
    ["\\bcancel\\b", "please cancel it", true],
  ])("by the pattern %j, %j: %j", (pattern, text, fits) => {
    expect(fitsPattern([pattern], text)).toBe(fits);
  });

  test("fits a list by any one of its patterns, each with flags of its own", () => {
    const patterns = ["(?i)^help", "^#\\d+$"];
    expect(fitsPattern(patterns, "HELP")).toBe(true);
    expect(fitsPattern(patterns, "#1")).toBe(true);
    expect(fitsPattern(patterns, "order")).toBe(false);
    expect(fitsPattern([], "order")).toBe(false);
  });

  test("fits a list by its other patterns where one is none, as after an upgrade of the engine", () => {
    expect(fitsPattern(["(", "order"], "order")).toBe(true);
    expect(fitsPattern(["("], "(")).toBe(false);
  });

  test("is looked at by many lists in turn, also by those long out of mind", () => {
    const lists = Array.from({ length: 200 }, (_, at) => [`^#${at}$`]);
    for (const round of [lists, lists.toReversed()]) {
      for (const [pattern = ""] of round) {
        expect(fitsPattern([pattern], pattern.slice(1, -1))).toBe(true);
        expect(fitsPattern([pattern], "#x")).toBe(false);
      }
    }
  });

  test("is looked at whole by a pattern of 20 characters up to some 50,000", () => {
    expect(fitsPattern(["\\bINV-[0-9]{6}\\b"], `${"a ".repeat(20_000)}INV-123456`)).toBe(true);
  });

  test("that is too long to be looked at whole does not end where the looking does", () => {
    const long = "a".repeat(120_000);
    expect(fitsPattern(["aaaaaaaa$"], long)).toBe(false);
    expect(fitsPattern(["(?m)aaaaaaaa$"], long)).toBe(false);
    expect(fitsPattern(["^a.*$"], long)).toBe(true);
    for (const nothingThere of ["[^a-z]", "\\W", "[^a]$", "[^\\x00-\\x7f]"]) {
      expect(fitsPattern([nothingThere], long)).toBe(false);
    }
  });

  test("is looked at by the largest list for its first 950 characters at least", () => {
    const patterns = [..."abcd"].map((letter) => letter.repeat(maxPatternSize / 4 - 2));
    expect(fitsPattern([...patterns.slice(1), "order"], `${"x".repeat(940)}order`)).toBe(true);
  });
});

describe("a pattern", () => {
  test.each(["(", "[", "a**", "a{1001}", "(a{1000}){1000}", "((a{100}){100}){100}", "(a)\\1", "(?=a)", "\\"])(
    "%s is refused",
    (pattern) => {
      expect(patternSize(pattern)).toBeUndefined();
    },
  );

  test.each([
    ["a", 4],
    ["order #\\d+", 12],
    ["\\d{100}", 103],
    [".".repeat(256), 259],
    ["(?:订单){0,100}", 304],
  ])("%s is measured with its repeats written out", (pattern, most) => {
    expect(patternSize(pattern)).toBeGreaterThanOrEqual(pattern.length);
    expect(patternSize(pattern)).toBeLessThanOrEqual(Math.max(most, pattern.length));
  });

  test.each(["(()()()){1000}", "a{0,1000}b{0,1000}", "(\\pL\\pN){1000}"])("%s is too large", (pattern) => {
    expect(patternSize(pattern)).toBeGreaterThan(maxPatternSize);
  });

  test("whatever it is, either has a size and is matched, or is refused: it never throws", () => {
    fc.assert(
      fc.property(anyPattern, fc.string({ unit: "binary" }), (pattern, text) => {
        const size = patternSize(pattern);
        if (size === undefined) expect(fitsPattern([pattern], text)).toBe(false);
        else if (size <= maxPatternSize) expect([true, false]).toContain(fitsPattern([pattern], text));
      }),
      { numRuns: 500 },
    );
  });

  test.each(["(a+)+$", "^(a|a)*$", "(a|aa)+$", "([a-z]+)*\\d", "(.*a){50}\\d"])(
    "%s, which hangs other engines, is soon done with 100,000 characters",
    (pattern) => {
      const { result: fits, cpuMs } = timed([pattern], `${"a".repeat(100_000)}!`);
      expect(fits).toBe(false);
      expect(cpuMs).toBeLessThan(soonMs);
    },
  );

  test.each([
    "[ab]*a[ab]{900}[^abc]",
    "(?s)[a-m].{400}[^a-m].{400}Z",
    "\\PN{900}Z",
    "(?i)[ab]{90,}[^\\PL\\d]{480}Z",
    "(?s)(.*a){200}Z",
  ])("%s, which makes a machine of many states, is soon done with the longest text", (pattern) => {
    for (const letters of ["a", "ab", "abc ", "订单号", "a😀"]) {
      const { cpuMs } = timed([pattern], letters.repeat(longest / letters.length));
      expect(cpuMs).toBeLessThan(soonMs);
    }
  });
});
