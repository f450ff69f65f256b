import { amountOf, type Measure, type UsageRow } from "./usage-data.ts";

export interface Sorting {
  readonly by: "group" | Measure;
  readonly direction: "ascending" | "descending";
}

export const sortRows = (rows: readonly UsageRow[], { by, direction }: Sorting): readonly UsageRow[] => {
  const sorted = rows.toSorted((one, other) =>
    by === "group" ? (one.group < other.group ? -1 : 1) : amountOf(one, by) - amountOf(other, by),
  );
  return direction === "ascending" ? sorted : sorted.reverse();
};

/** The sorting after a click on a column: the other direction, or for another column its most useful one. */
export const nextSorting = (current: Sorting, by: Sorting["by"]): Sorting => {
  if (current.by === by)
    return { by, direction: current.direction === "ascending" ? "descending" : "ascending" };
  return { by, direction: by === "group" ? "ascending" : "descending" };
};
