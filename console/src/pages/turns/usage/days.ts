import { sumOf, type UsageRow } from "./usage-data.ts";

export const dayMs = 24 * 3_600_000;

/** The first moment of a day, which is one of UTC, such as 2026-11-27; in milliseconds. */
export const startOfDay = (day: string): number => Date.parse(`${day}T00:00:00Z`);

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** More would be a mistake in the data: the bridge keeps turns for days or weeks. */
const maxDays = 3_660;

/** Rows of days, sorted, with one of zeros for each day between them that has no turns. */
export const withEmptyDays = (rows: readonly UsageRow[]): readonly UsageRow[] => {
  const first = startOfDay(rows[0]?.group ?? "");
  const last = startOfDay(rows.at(-1)?.group ?? "");
  const count = Math.round((last - first) / dayMs) + 1;
  if (!(count >= 1 && count <= maxDays)) return rows;
  const known = new Map(rows.map((row) => [row.group, row]));
  return Array.from({ length: count }, (_, index) => {
    const day = dayOf(first + index * dayMs);
    return known.get(day) ?? sumOf(day, []);
  });
};
