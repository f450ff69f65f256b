import { SignJWT } from "jose";
import type { Clock } from "../../core/clock.ts";
import type { AppWithKeys } from "./app-secrets.ts";

export const tokenLifeMs = 24 * 60 * 60 * 1000;

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** Signs tokens that are one user's of one app, and expire. */
export const makeSignUserToken =
  (clock: Clock) =>
  ({ appKey, tokenKeys: [newest] }: AppWithKeys, userId: string): Promise<string> =>
    new SignJWT()
      .setProtectedHeader({ alg: "HS256", kid: newest.id })
      .setIssuer("bot-bridge")
      .setAudience(appKey)
      .setSubject(userId)
      .setIssuedAt(seconds(clock.now()))
      .setExpirationTime(seconds(clock.now() + tokenLifeMs))
      .sign(newest.key);
