import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  boundsOf,
  isInOrder,
  rangeBefore,
  rangeParameters,
  readRange,
  toLocalInput,
} from "../../../../console/src/pages/turns/time-range.ts";
import { addressOf } from "./address-of.ts";

const now = Date.UTC(2026, 10, 27, 14, 3);
const hourMs = 3_600_000;
const read = (query: string) => readRange(new URLSearchParams(query));

describe("a range of time in an address", () => {
  test("counts back from now, so that a shared view of the last hour stays that", () => {
    expect(boundsOf(read("range=hour"), now)).toEqual({ since: now - hourMs, until: undefined });
    expect(boundsOf(read("range=week"), now)).toEqual({ since: now - 7 * 24 * hourMs, until: undefined });
  });

  test("is everything without parameters, and with ones that mean nothing", () => {
    for (const query of ["", "range=year", "since=yesterday", "range=toString"])
      expect(boundsOf(read(query), now)).toEqual({ since: undefined, until: undefined });
  });

  test("keeps times of its own, also before they are chosen", () => {
    expect(read("since=2026-11-27T00:00:00Z")).toEqual({
      name: "own",
      since: Date.UTC(2026, 10, 27),
      until: undefined,
    });
    expect(read("range=own").name).toBe("own");
  });

  test("survives the way into the address and back", () => {
    const time = fc.option(fc.integer({ min: 0, max: 4_000_000_000_000 }), { nil: undefined });
    fc.assert(
      fc.property(time, time, (since, until) => {
        const range = { name: "own", since, until } as const;
        expect(readRange(addressOf(rangeParameters(range)))).toEqual(range);
      }),
    );
  });

  test("is read from any address without an error", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (range, since, until) => {
        const bounds = boundsOf(readRange(new URLSearchParams({ range, since, until })), now);
        expect(Object.values(bounds)).not.toContain(Number.NaN);
      }),
    );
  });

  test("that goes on with older turns keeps its beginning", () => {
    const until = now - 1_000;
    expect(rangeBefore(read("range=hour"), until, now)).toEqual({ name: "own", since: now - hourMs, until });
  });

  test("is wrong if it ends before it begins", () => {
    expect(isInOrder({ since: 2, until: 1 })).toBe(false);
    expect(isInOrder({ since: 1, until: 1 })).toBe(false);
    expect(isInOrder({ since: 1, until: 2 })).toBe(true);
    expect(isInOrder({ since: undefined, until: 1 })).toBe(true);
  });
});

test("a field shows the time that it was given, to the minute", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (ms) => {
      const minute = ms - (ms % 60_000);
      expect(new Date(toLocalInput(ms)).getTime()).toBe(minute);
    }),
  );
  expect(toLocalInput(undefined)).toBe("");
});
