import { SignJWT } from "jose";
import type { Clock } from "#core/shared/clock.ts";
import type { AppWithKeys } from "./app-secrets.ts";
import { algorithm } from "./user-token-claims.ts";

/** The user of a token. */
export interface TokenHolder {
  readonly userId: string;
  /** The bots that the token is valid for; undefined: all of the app's. */
  readonly bots: readonly string[] | undefined;
}

export type SignUserToken = (app: AppWithKeys, holder: TokenHolder) => Promise<string>;

export interface SignUserTokenPorts {
  readonly clock: Clock;
  /** Lifetime of a token, in milliseconds. */
  readonly lifeMs: number;
}

/** Signs an expiring token (JWT) for one user of one app. Without `bots` it has at most 256 characters. */
export const makeSignUserToken =
  ({ clock, lifeMs }: SignUserTokenPorts): SignUserToken =>
  ({ appKey, tokenKeys: [newest] }, { userId, bots }) => {
    const now = clock.now();
    return new SignJWT({ ...(bots && { bots }) })
      .setProtectedHeader({ alg: algorithm })
      .setAudience(appKey)
      .setSubject(userId)
      .setIssuedAt(now / 1000)
      .setExpirationTime(Math.floor((now + lifeMs) / 1000))
      .sign(newest.key);
  };
