import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseKeepAlive } from "#adapters/http/keep-alive.ts";
import { anyText } from "../node/any-text.ts";

describe("a Keep-Alive header", () => {
  test.each([
    ["timeout=5", 5_000, undefined],
    ["timeout=5, max=1000", 5_000, 1_000],
    ["max=99,timeout=15", 15_000, 99],
    ["Timeout = 60 ,  MAX= 80", 60_000, 80],
    ['timeout="75"', 75_000, undefined],
    ["timeout=5, timeout=3", 3_000, undefined],
    ["timeout=0, max=0", 0, 0],
    ["300", undefined, undefined],
    ["timeout=-5, max=1.5", undefined, undefined],
    ["timeout, max=", undefined, undefined],
    ["timeouts=5, x=1", undefined, undefined],
    ["", undefined, undefined],
  ])("%p means %p ms and %p requests", (header, timeoutMs, maxRequests) => {
    expect(parseKeepAlive(header)).toEqual({ timeoutMs, maxRequests });
  });

  test("of any string gives numbers from 0 up, or nothing", () => {
    const header = fc.oneof(
      anyText,
      anyText.map((text) => `timeout=${text}`),
      fc.stringMatching(/^\d+$/).map((digits) => `timeout=${digits}, max=${digits}`),
      fc.stringMatching(/^[ ",=a-z0-9]*$/),
    );
    fc.assert(
      fc.property(header, (given) => {
        for (const value of Object.values(parseKeepAlive(given)))
          expect(value === undefined || value >= 0).toBe(true);
      }),
    );
  });

  test("keeps its meaning whatever its order, spaces, case, and other parameters", () => {
    const space = fc.stringMatching(/^[ \t]{0,2}$/);
    const other = fc.stringMatching(/^[a-z]{0,3}z(=[a-z0-9]{0,4})?$/);
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        fc.array(other),
        fc.array(other),
        space,
        (timeout, max, isUpper, before, after, gap) => {
          const parts = [...before, `timeout${gap}=${gap}${timeout}`, ...after, `max=${max}`];
          const header = parts.map((part) => `${gap}${part}${gap}`).join(",");
          expect(parseKeepAlive(isUpper ? header.toUpperCase() : header)).toEqual({
            timeoutMs: timeout * 1000,
            maxRequests: max,
          });
        },
      ),
    );
  });
});
