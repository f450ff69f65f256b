import { type LimitName, limitNames, type Rates } from "#core/bot/limits.ts";
import { dayMs } from "#core/shared/clock.ts";

const minuteMs = 60_000;

const windowOf = (limit: LimitName): "minute" | "day" => (limit === "turnsPerMinute" ? "minute" : "day");

/** Numbers of the windows that a time is in. Days are those of UTC, which leap seconds do not shift in Unix time. */
export const dayOf = (at: number): number => Math.floor(at / dayMs);
export const minuteOf = (at: number): number => Math.floor(at / minuteMs);

/** When the limit's window ends, in milliseconds since the epoch. */
export const windowEnd = (limit: LimitName, at: number): number =>
  windowOf(limit) === "minute" ? (minuteOf(at) + 1) * minuteMs : (dayOf(at) + 1) * dayMs;

/** What was counted in the windows of one time. */
export type Counts = { readonly [name in LimitName]: number };

/** The reached limit whose window ends last: what the user has to wait for. */
export const reachedLimit = (rates: Rates, counts: Counts): LimitName | undefined =>
  limitNames.findLast((name) => counts[name] >= (rates[name] ?? Number.POSITIVE_INFINITY));

/** Share of a day's limit at which operators are warned. */
const nearShare = 0.8;

/** Whether an addition brought a day's count to 80 % of its limit, or over it. */
export const crossesWarning = (before: number, after: number, max: number): boolean => {
  const near = Math.ceil(max * nearShare);
  return before < near && after >= near;
};
