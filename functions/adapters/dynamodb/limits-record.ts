import { createHash } from "node:crypto";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import type { CountableTurn, CountedScope, ReachedLimit } from "#core/turn/limit-store.ts";
import { type Counts, dayOf, minuteOf } from "#core/turn/limit-windows.ts";

const minutesPerDay = 24 * 60;

/** A record has the counts of one day (UTC). As JSON, since ids may contain any separator. */
export const countsKey = ({ scope, ids }: Pick<CountedScope, "scope" | "ids">, at: number): string =>
  `limits#${JSON.stringify([scope, ...ids, dayOf(at)])}`;

/** That a user was told of a limit that is reached until then. As a hash, so that no user id is in it. */
export const noticeKey = (
  { appKey, botUserId, userId, integration }: CountableTurn,
  { scope, limit, freeAt }: ReachedLimit,
): string =>
  `limitNotice#${createHash("sha256")
    .update(JSON.stringify([appKey, botUserId, integration.type, userId, scope, limit, freeAt]))
    .digest("base64url")}`;

/** The counter of a minute of the day: `m0` to `m1439`. */
export const minuteAttribute = (at: number): string => `m${minuteOf(at) % minutesPerDay}`;

/**
 * Each write removes the counters of this many minutes before its own. A bot that is asked less often leaves some behind: at
 * most 46 a day, so the record stays below 1 KB and a write costs one unit.
 */
const removedMinutes = 30;

export const pastMinuteAttributes = (at: number): string[] => {
  const minute = minuteOf(at) % minutesPerDay;
  const first = Math.max(0, minute - removedMinutes);
  return Array.from({ length: minute - first }, (_, n) => `m${first + n}`);
};

const count = v.optional(v.number(), 0);
const countsRecord = v.object({ writtenBy: v.string(), turns: count, tokens: count });

/** The counts of a record in the windows of `at`. */
export const parseCounts = (
  item: Record<string, unknown>,
  at: number,
): Counts & { readonly writtenBy: string } => {
  const what = "a record of limits";
  const { writtenBy, turns, tokens } = parseRecord(countsRecord, item, what);
  const turnsPerMinute = parseRecord(count, item[minuteAttribute(at)], what);
  return { writtenBy, turnsPerMinute, turnsPerDay: turns, tokensPerDay: tokens };
};
