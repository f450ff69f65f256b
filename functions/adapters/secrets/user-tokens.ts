import { SignJWT } from "jose";
import type { Clock } from "../../core/clock.ts";
import type { AppWithKeys } from "./app-secrets.ts";

const tokenLifeMs = 24 * 60 * 60 * 1000;

const seconds = (ms: number): number => Math.floor(ms / 1000);

export type SignUserToken = (app: AppWithKeys, userId: string) => Promise<string>;

/** Signs tokens that are one user's of one app, and expire. */
export const makeSignUserToken =
  (clock: Clock): SignUserToken =>
  ({ appKey, tokenKeys: [newest] }, userId) =>
    new SignJWT()
      .setProtectedHeader({ alg: "HS256", kid: newest.id })
      .setIssuer("bot-bridge")
      .setAudience(appKey)
      .setSubject(userId)
      .setIssuedAt(seconds(clock.now()))
      .setExpirationTime(seconds(clock.now() + tokenLifeMs))
      .sign(newest.key);
