import type { AppSecrets, AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import { isSignedBy, webhookNoncePrefix } from "./signature.ts";

/** The signature of a request (docs/spec/rongcloud.md, sections 2 and 9). */
export interface Signed {
  readonly appKey: string;
  readonly nonce: string;
  readonly timestamp: string;
  readonly signature: string;
}

export interface VerifySignaturePorts {
  readonly apps: AppSecrets;
  readonly clock: Clock;
  /** Maximum difference between a timestamp and the current time, in either direction. */
  readonly windowMs: number;
}

export interface VerifiedApp {
  readonly app: AppWithKeys;
  /** When the signature was made, in milliseconds since the epoch. */
  readonly signedAt: number;
}

/** RongCloud documents 18 characters, but its official SDKs send longer nonces. */
const maxNonceCharacters = 64;

/** The documentation specifies milliseconds, but the guide's script and the Java SDK send seconds. */
const timestampMs = (value: string): number => {
  if (!/^\d{10,13}$/.test(value)) {
    throw callerError(
      "bad_signature",
      `timestamp: must be a Unix time in seconds or milliseconds, got ${JSON.stringify(value)}`,
    );
  }
  return value.length <= 10 ? Number(value) * 1000 : Number(value);
};

/**
 * Verifies a signature and returns its app.
 * @throws BridgeError `unknown_app` or `bad_signature`.
 */
export const makeVerifySignature =
  ({ apps, clock, windowMs }: VerifySignaturePorts) =>
  async ({ appKey, nonce, timestamp, signature }: Signed): Promise<VerifiedApp> => {
    if (nonce.length > maxNonceCharacters) {
      throw callerError(
        "bad_signature",
        `nonce: at most ${maxNonceCharacters} characters, got ${nonce.length}`,
      );
    }
    if (nonce.startsWith(webhookNoncePrefix)) {
      throw callerError("bad_signature", "nonce: webhook signatures are not accepted by this API");
    }
    const signedAt = timestampMs(timestamp);
    const app = await apps.find(appKey);
    if (!app) throw callerError("unknown_app", "app-key: unknown app");
    if (!isSignedBy(app.secrets, { nonce, timestamp, signature })) {
      throw callerError("bad_signature", "signature: does not match the app secret, nonce and timestamp");
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
