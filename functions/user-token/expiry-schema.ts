import * as v from "valibot";
import { arrayOf } from "#core/shared/rules.ts";
import { userId } from "./user-schema.ts";

/** A clock may be ahead of ours; a time of the next century would lock a user out for good. */
const aheadMs = 24 * 60 * 60 * 1000;

/** A time in seconds would be one of 1970, and revoke nothing without a word. */
const time = v.pipe(
  v.string("must be a string"),
  v.regex(/^[1-9]\d{12}$/, "must be milliseconds since the epoch, 13 digits"),
  v.description("Milliseconds since the epoch: tokens given before it are good no more. Without it: now."),
);

/**
 * Whose tokens are revoked, and those of which time (docs/spec/rongcloud.md, section 8).
 * `now`: in milliseconds since the epoch.
 */
export const expirySchema = (now: number) =>
  v.object({
    userId: v.pipe(arrayOf(userId, 20), v.minLength(1, "must be sent at least once")),
    time: v.optional(
      v.pipe(
        time,
        v.transform(Number),
        v.check((ms) => ms <= now + aheadMs, "must not be more than a day ahead"),
      ),
    ),
  });

/** The fields of the form that may be repeated. */
export const expiryRepeatable = ["userId"];
