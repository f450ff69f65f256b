import * as v from "valibot";
import { arrayOf, idRule, stringOf } from "#core/shared/rules.ts";

/** Size as JSON. With more, the token would exceed the accepted length, and proxies' limits for headers. */
const maxBotsBytes = 2048;

/** A user id (docs/spec/rongcloud.md, section 8). */
export const userId = v.pipe(
  idRule,
  v.regex(/^[A-Za-z0-9+=_-]+$/, "must contain only letters, digits and + = - _"),
);

/** The bots that the token is valid for. An extension: RongCloud has no such field. */
const bots = v.pipe(
  arrayOf(idRule, 20),
  v.minLength(1, "must contain at least one bot"),
  v.check(
    (ids) => Buffer.byteLength(JSON.stringify(ids)) <= maxBotsBytes,
    `at most ${maxBotsBytes} bytes in total, as a JSON array`,
  ),
  v.description(
    `The bots that the token is valid for, at most ${maxBotsBytes} bytes as a JSON array. Default: all of the app's bots.`,
  ),
);

const profile = { name: v.optional(stringOf(0, 128)), portraitUri: v.optional(stringOf(0, 1024)) };

/** A request for a user's token. */
export const userSchema = v.object({
  userId,
  ...profile,
  bots: v.optional(bots),
});

/** A request for the profile of a user or bot. Ids of bots may contain any characters. */
export const profileQuerySchema = v.object({
  userId: v.pipe(idRule, v.description("The ID of a user or bot.")),
});

/** A request to change a user's profile. Omitted fields keep their values. */
export const profileSchema = v.object({ userId, ...profile });

/** Form fields that may be repeated. */
export const repeatableFields = ["bots"];
