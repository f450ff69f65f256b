import * as v from "valibot";
import { arrayOf, stringOf } from "#core/shared/rules.ts";

/** In bytes of JSON: with more, the token would be longer than is taken, and than a proxy may let pass in a header. */
const longestBots = 2048;

/** How a user may be called (docs/spec/rongcloud.md, section 8). */
export const userId = v.pipe(
  stringOf(1, 64),
  v.regex(/^[A-Za-z0-9+=_-]+$/, "letters, digits and + = - _ only"),
);

/** The only bots that the token is good for. The name is ours, and RongCloud has nothing like it. */
const bots = v.pipe(
  arrayOf(stringOf(1, 64), 20),
  v.minLength(1, "must name at least one bot"),
  v.check(
    (ids) => Buffer.byteLength(JSON.stringify(ids)) <= longestBots,
    `at most ${longestBots} bytes in all`,
  ),
  v.description(
    `The only bots that the token is good for; without it, all of the app's. ${longestBots} bytes in all.`,
  ),
);

/** A user as an app presents them. Who they are called is the IM's affair, not ours. */
export const userSchema = v.object({
  userId,
  name: v.optional(stringOf(0, 128)),
  portraitUri: v.optional(stringOf(0, 1024)),
  bots: v.optional(bots),
});

/** The fields of the form that may be repeated. */
export const repeatable = ["bots"];
