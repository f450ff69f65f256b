import * as v from "valibot";

// The calls that the console's own page makes of its server: what the server replies, and the page parses.

/** `GET session.json`. */
export const sessionReply = v.object({
  /** The operator's name; null locally. */
  name: v.nullable(v.string()),
  bridgeUrl: v.string(),
  /** App Keys. */
  apps: v.pipe(v.array(v.string()), v.minLength(1)),
  /** What only a local run has: the demo bot, and the IM simulator. */
  local: v.nullable(v.object({ botId: v.string(), userId: v.string() })),
  canSignOut: v.boolean(),
});
export type SessionReply = v.InferOutput<typeof sessionReply>;

/** Any call without a session, with status 401. */
export const signedOutReply = v.object({ signInUrl: v.string() });

/** `POST token`. */
export const tokenReply = v.object({ token: v.string() });
export type TokenReply = v.InferOutput<typeof tokenReply>;

/** `POST sign`: the headers of one call. */
export const signReply = v.object({ headers: v.record(v.string(), v.string()) });
export type SignReply = v.InferOutput<typeof signReply>;

/** `POST sign-out`: where the page goes. */
export const signOutReply = v.object({ url: v.string() });
export type SignOutReply = v.InferOutput<typeof signOutReply>;
