import * as v from "valibot";
import { maxTokenHours } from "#core/chat/chat-user.ts";

/** Who gives these tokens. */
export const issuer = "bot-bridge";
export const algorithm = "HS256";

export const secondsOf = (ms: number): number => Math.floor(ms / 1000);

const wholeNumber = v.pipe(v.number(), v.safeInteger());

/**
 * A token's claims beside issuer and audience. JWT counts seconds; `iat_ms` is the same time in milliseconds, since a
 * token given right after a revocation is good, and one given right before it is not.
 */
export const userTokenClaims = v.pipe(
  v.object({
    sub: v.pipe(v.string(), v.nonEmpty()),
    iat: wholeNumber,
    iat_ms: wholeNumber,
    exp: wholeNumber,
    bots: v.exactOptional(v.array(v.string())),
  }),
  v.check(({ iat, iat_ms }) => secondsOf(iat_ms) === iat),
  v.check(({ iat, exp }) => exp - iat <= maxTokenHours * 60 * 60),
);
