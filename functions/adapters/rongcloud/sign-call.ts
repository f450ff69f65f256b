import { randomBytes } from "node:crypto";
import { signatureOf } from "./signature.ts";

/** Documented: at most 18 characters. */
const newNonce = (): string => randomBytes(8).toString("hex");

/** The headers that sign one call, at `now` (milliseconds since the epoch). Each call needs its own. */
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
