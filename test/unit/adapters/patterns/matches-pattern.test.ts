import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { makeMatchesPattern } from "#adapters/patterns/matches-pattern.ts";
import { maxPatternSize, patternSize } from "#adapters/patterns/pattern-size.ts";
import { cpuTimed } from "../../../support/cpu-time.ts";

const matchesPattern = makeMatchesPattern();

/** The longest possible message text. */
const longest = 128 * 1024;
/** A backtracking engine takes years. */
const soonMs = 2_000;

const timed = (patterns: readonly string[], text: string) => cpuTimed(() => matchesPattern(patterns, text));

const patternPart = fc.constantFrom(
  ..."ab.*+?|()[]{}^$\\-,0123456789",
  ...["(?i)", "(?:", "(?P<n>", "\\pL", "\\d", "\\b", "[^", "{3}", "{2,}", "{1,1000}", "订", "😀", "\ud83d"],
);
const anyPattern = fc.oneof(
  fc.array(patternPart, { minLength: 1, maxLength: 40 }).map((parts) => parts.join("")),
  fc.string({ unit: "binary", minLength: 1, maxLength: 256 }),
);

describe("a string", () => {
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
  ])("is tested against the pattern %j, %j: %j", (pattern, text, fits) => {
    expect(matchesPattern([pattern], text)).toBe(fits);
  });

  test("matches an array if any one of its patterns matches, each with its own flags", () => {
    const patterns = ["(?i)^help", "^#\\d+$"];
    expect(matchesPattern(patterns, "HELP")).toBe(true);
    expect(matchesPattern(patterns, "#1")).toBe(true);
    expect(matchesPattern(patterns, "order")).toBe(false);
    expect(matchesPattern([], "order")).toBe(false);
  });

  test("matches an array by its other patterns if one is invalid, as after an upgrade of the engine", () => {
    expect(matchesPattern(["(", "order"], "order")).toBe(true);
    expect(matchesPattern(["("], "(")).toBe(false);
  });

  test("is tested against many arrays in turn, including ones evicted from the cache", () => {
    const lists = Array.from({ length: 200 }, (_, at) => [`^#${at}$`]);
    for (const round of [lists, lists.toReversed()]) {
      for (const [pattern = ""] of round) {
        expect(matchesPattern([pattern], pattern.slice(1, -1))).toBe(true);
        expect(matchesPattern([pattern], "#x")).toBe(false);
      }
    }
  });

  test("of some 50,000 characters is searched whole by a pattern of 20 characters", () => {
    expect(matchesPattern(["\\bINV-[0-9]{6}\\b"], `${"a ".repeat(20_000)}INV-123456`)).toBe(true);
  });

  test("that is too long to be searched whole does not match at the point where the search stops", () => {
    const long = "a".repeat(120_000);
    expect(matchesPattern(["aaaaaaaa$"], long)).toBe(false);
    expect(matchesPattern(["(?m)aaaaaaaa$"], long)).toBe(false);
    expect(matchesPattern(["^a.*$"], long)).toBe(true);
    for (const nothingThere of ["[^a-z]", "\\W", "[^a]$", "[^\\x00-\\x7f]"]) {
      expect(matchesPattern([nothingThere], long)).toBe(false);
    }
  });

  test("is searched for its first 950 characters at least, even by the largest array", () => {
    const patterns = [..."abcd"].map((letter) => letter.repeat(maxPatternSize / 4 - 2));
    expect(matchesPattern([...patterns.slice(1), "order"], `${"x".repeat(940)}order`)).toBe(true);
  });
});

describe("a pattern", () => {
  test.each(["(", "[", "a**", "a{1001}", "(a{1000}){1000}", "((a{100}){100}){100}", "(a)\\1", "(?=a)", "\\"])(
    "%s is rejected",
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
  ])("%s is measured with its repeats expanded", (pattern, most) => {
    expect(patternSize(pattern)).toBeGreaterThanOrEqual(pattern.length);
    expect(patternSize(pattern)).toBeLessThanOrEqual(Math.max(most, pattern.length));
  });

  test.each(["(()()()){1000}", "a{0,1000}b{0,1000}", "(\\pL\\pN){1000}"])("%s is too large", (pattern) => {
    expect(patternSize(pattern)).toBeGreaterThan(maxPatternSize);
  });

  test("of any kind either has a size and is matched, or is rejected: it never throws", () => {
    fc.assert(
      fc.property(anyPattern, fc.string({ unit: "binary" }), (pattern, text) => {
        const size = patternSize(pattern);
        if (size === undefined) expect(matchesPattern([pattern], text)).toBe(false);
        else if (size <= maxPatternSize) expect([true, false]).toContain(matchesPattern([pattern], text));
      }),
      { numRuns: 200 },
    );
  });

  test.each(["(a+)+$", "^(a|a)*$", "(a|aa)+$", "([a-z]+)*\\d", "(.*a){50}\\d"])(
    "%s, which hangs other engines, is fast on 100,000 characters",
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
  ])("%s, which makes a machine of many states, is fast on the longest text", (pattern) => {
    for (const letters of ["a", "ab", "abc ", "订单号", "a😀"]) {
      const { cpuMs } = timed([pattern], letters.repeat(longest / letters.length));
      expect(cpuMs).toBeLessThan(soonMs);
    }
  });
});
