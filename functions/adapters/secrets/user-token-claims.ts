import * as v from "valibot";
import { maxTokenHours } from "#core/chat/chat-user.ts";

/** The `iss` claim. */
export const issuer = "bot-bridge";
export const algorithm = "HS256";

export const secondsOf = (ms: number): number => Math.floor(ms / 1000);

const wholeNumber = v.pipe(v.number(), v.safeInteger());

/**
 * A token's claims other than issuer and audience. JWT times are in seconds; `iat_ms` is the time of issue in milliseconds, so
 * that a token issued right after a revocation is valid and one issued right before it is not.
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
