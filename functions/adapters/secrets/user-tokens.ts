import { SignJWT } from "jose";
import type { Clock } from "#core/shared/clock.ts";
import type { AppWithKeys } from "./app-secrets.ts";
import { algorithm, issuer, secondsOf } from "./user-token-claims.ts";

/** Whose a token is. */
export interface TokenHolder {
  readonly userId: string;
  /** The bots that it is bound to; undefined: any bot of the app. */
  readonly bots: readonly string[] | undefined;
}

export type SignUserToken = (app: AppWithKeys, holder: TokenHolder) => Promise<string>;

export interface SignUserTokenPorts {
  readonly clock: Clock;
  /** For how long a token is good, in milliseconds. */
  readonly lifeMs: number;
}

/** Signs tokens that are one user's of one app, and expire. */
export const makeSignUserToken =
  ({ clock, lifeMs }: SignUserTokenPorts): SignUserToken =>
  ({ appKey, tokenKeys: [newest] }, { userId, bots }) => {
    const now = clock.now();
    return new SignJWT({ iat_ms: now, ...(bots && { bots }) })
      .setProtectedHeader({ alg: algorithm, kid: newest.id })
      .setIssuer(issuer)
      .setAudience(appKey)
      .setSubject(userId)
      .setIssuedAt(secondsOf(now))
      .setExpirationTime(secondsOf(now + lifeMs))
      .sign(newest.key);
  };
