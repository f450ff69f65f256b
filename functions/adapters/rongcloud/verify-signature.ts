import { createHash } from "node:crypto";
import type { AppSecrets, AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { ReplayGuard } from "#core/intake/replay-guard.ts";
import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import { imNoncePrefix, isSignedBy, webhookNoncePrefix } from "./signature.ts";

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
  readonly replays: ReplayGuard;
}

export interface Verified {
  readonly app: AppWithKeys;
  /**
   * Records what the signature is used for; false if it was used for something else before, at any entry point. Only once it
   * is recorded may the call be carried out.
   */
  claim(use: string): Promise<boolean>;
}

/** Used signatures are stored for longer than they are valid, to allow for clock skew. */
const marginMs = 60_000;

/**
 * Identifies a signature. Without its nonce and timestamp: of `n1` and `2…` it is the same as of `n` and `12…`. In lower case, so
 * that the same signature in upper case is the same.
 */
const idOf = ({ appKey, signature }: Signed): string =>
  createHash("sha256")
    .update(JSON.stringify([appKey, signature.toLowerCase()]))
    .digest("hex");

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
 * Verifies a signature. It covers neither path nor body, so the caller claims it for them.
 * @throws BridgeError `unknown_app` or `bad_signature`.
 */
export const makeVerifySignature =
  ({ apps, clock, windowMs, replays }: VerifySignaturePorts) =>
  async (signed: Signed): Promise<Verified> => {
    const { appKey, nonce, timestamp, signature } = signed;
    if (nonce.length > maxNonceCharacters) {
      throw callerError(
        "bad_signature",
        `nonce: at most ${maxNonceCharacters} characters, got ${nonce.length}`,
      );
    }
    if (nonce.startsWith(webhookNoncePrefix)) {
      throw callerError("bad_signature", "nonce: webhook signatures are not accepted by this API");
    }
    if (nonce.startsWith(imNoncePrefix)) {
      throw callerError("bad_signature", "nonce: signatures of calls to the IM are not accepted by this API");
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
    return { app, claim: (use) => replays.isFirst(idOf(signed), signedAt + windowMs + marginMs, use) };
  };
