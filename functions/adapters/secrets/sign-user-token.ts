import { SignJWT } from "jose";
import type { SignUserToken } from "#core/chat/user-tokens.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { AppWithKeys } from "./app-secrets.ts";
import { algorithm } from "./user-token-claims.ts";

export interface SignUserTokenPorts {
  readonly clock: Clock;
  /** Lifetime of a token, in milliseconds. */
  readonly lifeMs: number;
}

/** Signs an expiring token (JWT) for one user of one app. Without `bots` it has at most 256 characters. */
export const makeSignUserToken =
  ({ clock, lifeMs }: SignUserTokenPorts): SignUserToken<AppWithKeys> =>
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
