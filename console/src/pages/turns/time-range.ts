import * as v from "valibot";

/** `all`: everything that the bridge keeps. `own`: from and to times that the user chose. */
export const rangeNames = ["all", "hour", "day", "week", "own"] as const;
export type RangeName = (typeof rangeNames)[number];

/** In milliseconds since the epoch; `until` is not included. */
export interface Bounds {
  readonly since: number | undefined;
  readonly until: number | undefined;
}

/** The chosen range. It has bounds of its own only as `own`. */
export interface TimeRange extends Bounds {
  readonly name: RangeName;
}

const hourMs = 3_600_000;
const lengthsMs = { hour: hourMs, day: 24 * hourMs, week: 7 * 24 * hourMs } as const;

const rangeName = v.picklist(rangeNames);

export const timeOf = (text: string | null): number | undefined => {
  const ms = Date.parse(text ?? "");
  return Number.isNaN(ms) ? undefined : ms;
};

/** Reads `range`, `since` and `until` of an address. What is not valid there is left out. */
export const readRange = (query: URLSearchParams): TimeRange => {
  const since = timeOf(query.get("since"));
  const until = timeOf(query.get("until"));
  if (since !== undefined || until !== undefined) return { name: "own", since, until };
  const name = query.get("range");
  return { name: v.is(rangeName, name) ? name : "all", since: undefined, until: undefined };
};

const isoOf = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : new Date(ms).toISOString();

export const rangeParameters = ({ name, since, until }: TimeRange) => ({
  range: name === "all" ? undefined : name,
  since: isoOf(since),
  until: isoOf(until),
});

export const boundsOf = ({ name, since, until }: TimeRange, now: number): Bounds =>
  name === "hour" || name === "day" || name === "week"
    ? { since: now - lengthsMs[name], until: undefined }
    : { since, until };

/** The part of a range that is older than `until`. */
export const rangeBefore = (range: TimeRange, until: number, now: number): TimeRange => ({
  name: "own",
  since: boundsOf(range, now).since,
  until,
});

export const isInOrder = ({ since, until }: Bounds): boolean =>
  since === undefined || until === undefined || since < until;

const twoDigits = (value: number): string => String(value).padStart(2, "0");

/** A time as the value of an `<input type="datetime-local">`, in this browser's time zone. */
export const toLocalInput = (ms: number | undefined): string => {
  if (ms === undefined) return "";
  const at = new Date(ms);
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(twoDigits).join("-");
  return `${day}T${twoDigits(at.getHours())}:${twoDigits(at.getMinutes())}`;
};
