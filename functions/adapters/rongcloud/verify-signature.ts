import type { AppSecrets, AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import { isSignedBy, webhookNonceMark } from "./signature.ts";

/** What signs a request (docs/spec/rongcloud.md, sections 2 and 9). */
export interface Signed {
  readonly appKey: string;
  readonly nonce: string;
  readonly timestamp: string;
  readonly signature: string;
}

export interface VerifySignaturePorts {
  readonly apps: AppSecrets;
  readonly clock: Clock;
  /** How far a timestamp may be from our clock, either side. */
  readonly windowMs: number;
}

export interface VerifiedApp {
  readonly app: AppWithKeys;
  /** When the signature was made, in milliseconds since the epoch. */
  readonly signedAt: number;
}

/** Documented: 18 characters; the official SDKs send longer ones. */
const longestNonce = 64;

/** The guide's script and the Java SDK send seconds, the documentation says milliseconds. */
const timestampMs = (value: string): number => {
  if (!/^\d{10,13}$/.test(value)) {
    throw callerError(
      "bad_signature",
      `timestamp: must be the time in seconds or milliseconds, got ${JSON.stringify(value)}`,
    );
  }
  return value.length <= 10 ? Number(value) * 1000 : Number(value);
};

/**
 * Says which app made a signature.
 * @throws BridgeError `unknown_app` or `bad_signature`.
 */
export const makeVerifySignature =
  ({ apps, clock, windowMs }: VerifySignaturePorts) =>
  async ({ appKey, nonce, timestamp, signature }: Signed): Promise<VerifiedApp> => {
    if (nonce.length > longestNonce) {
      throw callerError("bad_signature", `nonce: at most ${longestNonce} characters, got ${nonce.length}`);
    }
    if (nonce.startsWith(webhookNonceMark)) {
      throw callerError(
        "bad_signature",
        "nonce: this signature was made for a webhook, and opens nothing here",
      );
    }
    const signedAt = timestampMs(timestamp);
    const app = await apps.find(appKey);
    if (!app) throw callerError("unknown_app", "app-key: no such app");
    if (!isSignedBy(app.secrets, { nonce, timestamp, signature })) {
      throw callerError("bad_signature", "signature: does not fit the app secret, nonce and timestamp");
    }
    const ageMs = clock.now() - signedAt;
    if (Math.abs(ageMs) > windowMs) {
      const offBy = `${Math.round(Math.abs(ageMs) / 1000)} s in the ${ageMs > 0 ? "past" : "future"}`;
      throw callerError(
        "bad_signature",
        `timestamp: must be within ${windowMs / 1000} s of now, got ${offBy}`,
      );
    }
    return { app, signedAt };
  };
