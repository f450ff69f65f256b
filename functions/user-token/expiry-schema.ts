import * as v from "valibot";
import { dayMs } from "#core/shared/clock.ts";
import { arrayOf } from "#core/shared/rules.ts";
import { userId } from "./user-schema.ts";

/** The caller's clock may be ahead. A time in the far future would lock out a user permanently. */
const maxAheadMs = dayMs;

/** A time in seconds would count as January 1970 and silently revoke nothing. */
const time = v.pipe(
  v.string("must be a string"),
  v.regex(/^[1-9]\d{12}$/, "must be milliseconds since the epoch, 13 digits"),
  v.description("Tokens issued before this time are revoked, in milliseconds since the epoch. Default: now."),
);

/**
 * A request to revoke users' tokens (docs/spec/rongcloud.md, section 8).
 * `now`: in milliseconds since the epoch.
 */
export const expirySchema = (now: number) =>
  v.object({
    userId: v.pipe(arrayOf(userId, 20), v.minLength(1, "must be sent at least once")),
    time: v.optional(
      v.pipe(
        time,
        v.transform(Number),
        v.check((ms) => ms <= now + maxAheadMs, "must not be more than a day ahead"),
      ),
    ),
  });

/** Form fields that may be repeated. */
export const repeatableExpiryFields = ["userId"];
