import * as v from "valibot";
import { maxTokenHours } from "#core/chat/chat-user.ts";

export const algorithm = "HS256";

const wholeNumber = v.pipe(v.number(), v.safeInteger());

const livesTooLong = (iat: number, exp: number): boolean => exp - iat > maxTokenHours * 60 * 60;

const holder = {
  sub: v.pipe(v.string(), v.nonEmpty()),
  exp: wholeNumber,
  bots: v.exactOptional(v.array(v.string())),
};

/**
 * A token's claims other than its audience, which is the App Key. JWT times are in seconds. That of issue has three decimals, so
 * that a token issued right after a revocation is valid and one issued right before it is not. There are no other claims, and
 * the header names no key: RongCloud promises tokens of at most 256 characters.
 */
export const userTokenClaims = v.pipe(
  v.object({ ...holder, iat: v.pipe(v.number(), v.finite()) }),
  v.check(({ iat, exp }) => !livesTooLong(iat, exp)),
  v.transform(({ iat, ...rest }) => ({ ...rest, issuedAt: Math.round(iat * 1000) })),
);

/** The `iss` claim of tokens that version 0.2 issued. */
export const olderIssuer = "bot-bridge";

/** The claims of tokens that version 0.2 issued: `iat_ms` is the time of issue in milliseconds. Their header names the key. */
export const olderUserTokenClaims = v.pipe(
  v.object({ ...holder, iat: wholeNumber, iat_ms: wholeNumber }),
  v.check(({ iat, iat_ms }) => Math.floor(iat_ms / 1000) === iat),
  v.check(({ iat, exp }) => !livesTooLong(iat, exp)),
  v.transform(({ iat, iat_ms, ...rest }) => ({ ...rest, issuedAt: iat_ms })),
);
