import { createHash } from "node:crypto";
import type { Clock } from "../../core/clock.ts";
import { callerError } from "../../core/errors.ts";
import type { ReplayGuard } from "../../core/replay-guard.ts";
import type { AppSecrets, AppWithKeys } from "../secrets/app-secrets.ts";
import { isSignedBy } from "./signature.ts";

/** Header names in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>;

export interface VerifyCallPorts {
  readonly apps: AppSecrets;
  readonly replays: ReplayGuard;
  readonly clock: Clock;
  /** How far a timestamp may be from our clock, either side. */
  readonly windowMs: number;
}

export type VerifyCall = (headers: Headers) => Promise<AppWithKeys>;

/** Seen requests are remembered for longer than they would be let in, by more than clocks differ. */
const marginMs = 60_000;

/** Documented: 18 characters; the official SDKs send longer ones. */
const longestNonce = 64;

const readHeader = (headers: Headers, name: string): string => {
  const value = headers[name] ?? headers[`rc-${name}`];
  if (value === undefined || value === "")
    throw callerError("bad_signature", `${name}: this header is required`);
  return value;
};

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
 * Says which app signed a call (docs/spec/rongcloud.md, section 2). The body is not looked at.
 * @throws BridgeError `unknown_app` or `bad_signature`.
 */
export const makeVerifyCall =
  ({ apps, replays, clock, windowMs }: VerifyCallPorts): VerifyCall =>
  async (headers) => {
    const appKey = readHeader(headers, "app-key");
    const nonce = readHeader(headers, "nonce");
    const timestamp = readHeader(headers, "timestamp");
    const signature = readHeader(headers, "signature");
    if (nonce.length > longestNonce) {
      throw callerError("bad_signature", `nonce: at most ${longestNonce} characters, got ${nonce.length}`);
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
    // Case is folded: the same signature in other letters is the same request.
    const parts = [appKey, nonce, timestamp, signature.toLowerCase()];
    const request = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
    if (!(await replays.isFirst(request, signedAt + windowMs + marginMs))) {
      throw callerError("bad_signature", "nonce: this request has been seen before, sign each one anew");
    }
    return app;
  };
