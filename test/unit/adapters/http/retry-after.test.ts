import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { retryAfterMs } from "#adapters/http/retry-after.ts";
import { anyText } from "../node/any-text.ts";

const now = Date.UTC(2026, 0, 1);
const maxMs = 15 * 60_000;

describe("a Retry-After", () => {
  test.each([
    [undefined, undefined],
    ["0", 0],
    ["1", 1_000],
    ["007", 7_000],
    ["900", maxMs],
    ["901", maxMs],
    ["9".repeat(400), maxMs],
    ["Thu, 01 Jan 2026 00:00:05 GMT", 5_000],
    ["Thursday, 01-Jan-26 00:00:05 GMT", 5_000],
    ["Fri, 02 Jan 2026 00:00:00 GMT", maxMs],
    ["Wed, 31 Dec 2025 23:59:59 GMT", 0],
  ])("of %p asks for %p ms", (header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });

  test.each([
    "",
    "-1",
    "1.5",
    "1e3",
    "0x10",
    "5 s",
    "soon",
    "2026-01-01T00:00:05Z",
    // asctime's form has no time zone.
    "Thu Jan  1 00:00:05 2026",
    "Thu, 01 Jan 2026 00:00:05 +0100",
    "Thu, 99 Foo 2026 00:00:05 GMT",
  ])("of %p means nothing", (header) => {
    expect(retryAfterMs(header, now)).toBeUndefined();
  });

  test("of any string is a wait that is not too long, or undefined", () => {
    const header = fc.oneof(
      anyText,
      fc.stringMatching(/^\d+$/),
      fc.date().map((date) => date.toUTCString()),
      anyText.map((text) => `Mon, ${text} GMT`),
    );
    fc.assert(
      fc.property(header, (given) => {
        const ms = retryAfterMs(given, now);
        if (ms === undefined) return;
        expect(Number.isInteger(ms)).toBe(true);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(maxMs);
      }),
    );
  });
});
