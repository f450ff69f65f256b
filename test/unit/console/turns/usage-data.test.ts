import { describe, expect, test } from "@jest/globals";
import { withEmptyDays } from "../../../../console/src/pages/turns/usage/days.ts";
import { nextSorting, sortRows } from "../../../../console/src/pages/turns/usage/sorting.ts";
import { stack } from "../../../../console/src/pages/turns/usage/stack.ts";
import {
  amountOf,
  mergeUsage,
  outcomeCounts,
  priceMeasure,
  sumOf,
  type UsageRow,
} from "../../../../console/src/pages/turns/usage/usage-data.ts";
import { storyOutcomes } from "../../../../functions/core/turn/turn-story.ts";

const row = (group: string, given: Partial<UsageRow> = {}): UsageRow => ({
  group,
  turns: 0,
  outcomes: {},
  promptTokens: 0,
  completionTokens: 0,
  totalTokens: 0,
  price: {},
  ...given,
});

describe("usage that took several calls", () => {
  test("is the sum of their replies, also of the group that both have", () => {
    const newer = [row("b", { turns: 2, outcomes: { answered: 2 }, price: { USD: "0.1" } })];
    const older = [
      row("a", { turns: 1 }),
      row("b", { turns: 3, outcomes: { answered: 1, failed: 2 }, price: { USD: "0.2", CNY: "1" } }),
    ];
    expect(mergeUsage([newer, older])).toEqual([
      row("a", { turns: 1 }),
      row("b", { turns: 5, outcomes: { answered: 3, failed: 2 }, price: { USD: "0.3", CNY: "1" } }),
    ]);
  });

  test("adds prices without the errors of binary fractions", () => {
    const rows = Array.from({ length: 10 }, () => row("a", { price: { USD: "0.0000001" } }));
    expect(sumOf("a", rows).price).toEqual({ USD: "0.000001" });
    expect(amountOf(sumOf("a", rows), priceMeasure("USD"))).toBe(0.000001);
  });
});

describe("outcomes", () => {
  test("are all in a group", () => {
    const outcomes = Object.fromEntries(storyOutcomes.map((outcome) => [outcome, 1]));
    const counts = outcomeCounts(row("a", { outcomes }));
    expect(counts.running).toBe(1);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(storyOutcomes.length);
  });

  test("of a later version are not lost", () => {
    expect(outcomeCounts(row("a", { outcomes: { postponed: 3, toString: 1 } })).other).toBe(4);
  });
});

describe("days", () => {
  test("without turns are zeros between the others", () => {
    const days = withEmptyDays([row("2026-10-30", { turns: 1 }), row("2026-11-02", { turns: 2 })]);
    expect(days.map(({ group, turns }) => [group, turns])).toEqual([
      ["2026-10-30", 1],
      ["2026-10-31", 0],
      ["2026-11-01", 0],
      ["2026-11-02", 2],
    ]);
  });

  test("that are none stay as they are", () => {
    expect(withEmptyDays([])).toEqual([]);
    const odd = [row("0001-01-01"), row("9999-01-01")];
    expect(withEmptyDays(odd)).toBe(odd);
  });
});

test("stacked layers lie on each other", () => {
  expect(
    stack([
      [1, 2],
      [0, 3],
      [4, 0],
    ]),
  ).toEqual([
    [1, 2],
    [1, 5],
    [5, 5],
  ]);
});

describe("the table's order", () => {
  const rows = [row("b", { turns: 1 }), row("a", { turns: 3 }), row("c", { turns: 2 })];
  const groups = (sorting: Parameters<typeof sortRows>[1]) =>
    sortRows(rows, sorting).map(({ group }) => group);

  test("is that of a column", () => {
    expect(groups({ by: "group", direction: "ascending" })).toEqual(["a", "b", "c"]);
    expect(groups({ by: "turns", direction: "descending" })).toEqual(["a", "c", "b"]);
  });

  test("turns round at a second click, and begins with the largest numbers", () => {
    const byTurns = nextSorting({ by: "group", direction: "ascending" }, "turns");
    expect(byTurns).toEqual({ by: "turns", direction: "descending" });
    expect(nextSorting(byTurns, "turns").direction).toBe("ascending");
    expect(nextSorting(byTurns, "group").direction).toBe("ascending");
  });
});
