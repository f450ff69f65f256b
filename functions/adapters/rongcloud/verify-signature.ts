import { createHash } from "node:crypto";
import type { AppSecrets, AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { ReplayGuard } from "#core/intake/replay-guard.ts";
import { type Clock, dayMs } from "#core/shared/clock.ts";
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

/** A signature made with one of the app's secrets. What it is used for has yet to be recorded, under its id. */
export interface Verified {
  readonly app: AppWithKeys;
  readonly id: string;
  /** In milliseconds since the epoch. */
  readonly signedAt: number;
  /** Until when its use must be known, so that it is good for no other, in milliseconds since the epoch; see `laterTimeOf`. */
  readonly recordedUntil: number;
}

/** Used signatures are stored for longer than they are valid, to allow for clock skew. */
const marginMs = 60_000;

/** A process may make its first call this long after it signed, if the app's signatures are reusable. */
export const firstUseMs = 7 * dayMs;

/** @throws BridgeError `bad_signature` if the time of signing is out of the range of [now - pastMs, now + futureMs]. */
export const checkTime = (
  signedAt: number,
  now: number,
  { pastMs, futureMs }: { readonly pastMs: number; readonly futureMs: number },
): void => {
  const ageMs = now - signedAt;
  if (ageMs <= pastMs && -ageMs <= futureMs) return;
  const offBy = `${Math.round(Math.abs(ageMs) / 1000)} s in the ${ageMs > 0 ? "past" : "future"}`;
  const limit = (ageMs > 0 ? pastMs : futureMs) / 1000;
  throw callerError(
    "bad_signature",
    `timestamp: must be within ${limit} s of now, got ${offBy}; set the caller's clock, and sign each call when it is made`,
  );
};

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

const secondsDigits = 10;
const millisecondsDigits = 13;

/** The documentation specifies milliseconds, but the guide's script and the Java SDK send seconds. Undefined if it is neither. */
const readTime = (value: string): number | undefined => {
  if (!/^\d{10,13}$/.test(value)) return undefined;
  return value.length === secondsDigits ? Number(value) * 1000 : Number(value);
};

const timestampMs = (value: string): number => {
  const at = readTime(value);
  if (at !== undefined) return at;
  throw callerError(
    "bad_signature",
    `timestamp: must be a Unix time in seconds or milliseconds, got ${JSON.stringify(value)}`,
  );
};

/** Later times beyond this are left out, since secrets are changed meanwhile: most timestamps have one by 2286. */
const maxLaterMs = 10 * 365 * dayMs;

/**
 * The later time at which the same signature would be valid again, in milliseconds since the epoch: secret, nonce and timestamp are
 * joined without a separator, so three digits can move between the other two, and turn milliseconds into seconds or the reverse.
 * Nonce `n` at `1801802304000` (February 5, 2027) has the signature of nonce `n180` at `1802304000` (February 11, 2027).
 */
const laterTimeOf = (nonce: string, timestamp: string, signedAt: number): number | undefined => {
  const length = timestamp.length === secondsDigits ? millisecondsDigits : secondsDigits;
  const at = readTime(`${nonce}${timestamp}`.slice(-length));
  return at !== undefined && at > signedAt && at - signedAt <= maxLaterMs ? at : undefined;
};

/**
 * Verifies that a signature was made with the app's secret. It covers neither path nor body.
 * @throws BridgeError `unknown_app` or `bad_signature`.
 */
export const makeVerifySignature =
  ({ apps, windowMs }: Pick<VerifySignaturePorts, "apps" | "windowMs">) =>
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
    if (!app)
      throw callerError(
        "unknown_app",
        "app-key: unknown; it must be the App Key of an app in the secret of this bridge",
      );
    if (!isSignedBy(app.secrets, { nonce, timestamp, signature })) {
      throw callerError(
        "bad_signature",
        "signature: must be the SHA-1 of App Secret, nonce and timestamp in hex; check the App Secret",
      );
    }
    const laterAt = laterTimeOf(nonce, timestamp, signedAt);
    // By then, the app's signatures may have become reusable.
    const isLongValid = laterAt !== undefined || app.signatures === "reusable";
    const validMs = isLongValid ? Math.max(windowMs, firstUseMs) : windowMs;
    const recordedUntil = (laterAt ?? signedAt) + validMs + marginMs;
    return { app, id: idOf(signed), signedAt, recordedUntil };
  };
