import { randomBytes } from "node:crypto";
import { signatureOf } from "./signature.ts";

/** RongCloud documents at most 18 characters. */
const maxNonceCharacters = 18;

/** A random nonce, in hex after the prefix. */
export const newNonce = (prefix = ""): string =>
  prefix + randomBytes(Math.floor((maxNonceCharacters - prefix.length) / 2)).toString("hex");

/** Signature headers for one call. `now`: milliseconds since the epoch. Do not reuse them: each call needs its own nonce. */
export const signCall = (
  { appKey, secret }: { appKey: string; secret: string },
  now: number,
  nonce: string = newNonce(),
): Record<"App-Key" | "Nonce" | "Timestamp" | "Signature", string> => {
  const timestamp = String(now);
  return {
    "App-Key": appKey,
    Nonce: nonce,
    Timestamp: timestamp,
    Signature: signatureOf(secret, nonce, timestamp),
  };
};
