import { createHmac } from "node:crypto";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import type { AppSecrets } from "./app-secrets.ts";

/** 72 bits: two users of an app with the same name are not to be expected below billions. */
const characters = 12;

/**
 * Names users by a hash with the app's oldest data key, which stays while newer ones are added. If that key is removed, users
 * get other names.
 */
export const makePseudonymOf =
  (apps: Pick<AppSecrets, "lastKnown">): PseudonymOf =>
  (appKey, userId) => {
    const oldest = apps.lastKnown(appKey)?.dataKeys.at(-1);
    if (!oldest) return "unknown";
    return createHmac("sha256", oldest.key)
      .update(`user\0${userId}`)
      .digest("base64url")
      .slice(0, characters);
  };
