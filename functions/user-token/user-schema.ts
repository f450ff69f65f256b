import * as v from "valibot";
import { arrayOf, stringOf } from "#core/shared/rules.ts";

/** Size as JSON. With more, the token would exceed the accepted length, and proxies' limits for headers. */
const maxBotsBytes = 2048;

/** A user id (docs/spec/rongcloud.md, section 8). */
export const userId = v.pipe(
  stringOf(1, 64),
  v.regex(/^[A-Za-z0-9+=_-]+$/, "must contain only letters, digits and + = - _"),
);

/** The bots that the token is valid for. An extension: RongCloud has no such field. */
const bots = v.pipe(
  arrayOf(stringOf(1, 64), 20),
  v.minLength(1, "must contain at least one bot"),
  v.check(
    (ids) => Buffer.byteLength(JSON.stringify(ids)) <= maxBotsBytes,
    `at most ${maxBotsBytes} bytes in total, as a JSON array`,
  ),
  v.description(
    `The bots that the token is valid for, at most ${maxBotsBytes} bytes as a JSON array. Default: all of the app's bots.`,
  ),
);

/** A request for a user's token. The name and portrait are for the IM only. */
export const userSchema = v.object({
  userId,
  name: v.optional(stringOf(0, 128)),
  portraitUri: v.optional(stringOf(0, 1024)),
  bots: v.optional(bots),
});

/** Form fields that may be repeated. */
export const repeatableFields = ["bots"];
