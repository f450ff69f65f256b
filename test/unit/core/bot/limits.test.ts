import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import * as v from "valibot";
import { limitNames, limitsSchema } from "#core/bot/limits.ts";

const faultOf = (value: unknown): string | undefined => {
  const [issue] = v.safeParse(limitsSchema, value).issues ?? [];
  return issue && `${v.getDotPath(issue) ?? ""}: ${issue.message}`;
};

describe("limits", () => {
  test.each([
    [{ turnsPerMinute: 1 }],
    [{ turnsPerDay: 100, tokensPerDay: 1_000_000 }],
    [{ perUser: { turnsPerMinute: 5 } }],
  ])("may be %j", (limits) => {
    expect(v.parse(limitsSchema, limits)).toEqual(limits);
  });

  test.each([
    [{}, ": must have at least one limit"],
    [{ perUser: {} }, "perUser: must have at least one limit"],
    [
      { turnsPerHour: 1 },
      "turnsPerHour: is not a limit; known fields: turnsPerMinute, turnsPerDay, tokensPerDay, perUser",
    ],
    [
      { perUser: { perUser: {} } },
      "perUser.perUser: is not a limit; known fields: turnsPerMinute, turnsPerDay, tokensPerDay",
    ],
    [{ turnsPerDay: 0 }, "turnsPerDay: must be an integer from 1 to 100000000"],
    [{ tokensPerDay: "many" }, "tokensPerDay: must be an integer from 1 to 1000000000000"],
    [[], ": must be an object"],
  ])("%j are refused, with the field and the rule", (limits, fault) => {
    expect(faultOf(limits)).toBe(fault);
  });

  test("are accepted exactly if all fields are known and in their bounds, whatever is sent", () => {
    const maxima: Readonly<Record<string, number>> = {
      turnsPerMinute: 100_000,
      turnsPerDay: 100_000_000,
      tokensPerDay: 1_000_000_000_000,
    };
    const name = fc.oneof(fc.constantFrom(...limitNames), fc.string());
    const value = fc.oneof(fc.integer({ min: -5, max: 200_000 }), fc.anything());
    fc.assert(
      fc.property(fc.dictionary(name, value), (limits) => {
        const isValid =
          Object.keys(limits).length > 0 &&
          Object.entries(limits).every(
            ([field, max]) =>
              Object.hasOwn(maxima, field) &&
              Number.isInteger(max) &&
              Number(max) >= 1 &&
              Number(max) <= (maxima[field] ?? 0),
          );
        const isPerUser = "perUser" in limits;
        if (!isPerUser) expect(v.is(limitsSchema, limits)).toBe(isValid);
        expect(v.is(limitsSchema, { perUser: limits })).toBe(isValid);
      }),
    );
  });
});
