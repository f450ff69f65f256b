import { createHash } from "node:crypto";
import { callerError } from "#core/shared/errors.ts";
import type { Log } from "#core/shared/log.ts";
import { type Headers, signedHeaders } from "./verify-call.ts";
import {
  checkTime,
  makeVerifySignature,
  type Signed,
  type VerifySignaturePorts,
} from "./verify-signature.ts";

export interface Callback {
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly route: string;
  readonly body: Buffer;
}

export interface VerifyCallbackPorts extends VerifySignaturePorts {
  readonly log: Log;
}

export interface VerifiedCallback {
  readonly appKey: string;
  /**
   * Resolves once the signature is recorded: until then the callback must have no effect. Rejects with a BridgeError
   * `bad_signature` if it was used for something else.
   */
  readonly admission: Promise<void>;
}

/** Rejects with a BridgeError `unknown_app` or `bad_signature`. */
export type VerifyCallback = (callback: Callback) => Promise<VerifiedCallback>;

const readQuery = (query: URLSearchParams, ...names: readonly string[]): string => {
  const value = names.map((name) => query.get(name)).find((each) => each !== null && each !== "");
  if (value === undefined || value === null)
    throw callerError("bad_signature", `${names.join(" or ")}: this query parameter is required`);
  return value;
};

const signedQuery = (query: URLSearchParams): Signed => ({
  appKey: readQuery(query, "appKey"),
  nonce: readQuery(query, "nonce"),
  timestamp: readQuery(query, "signTimestamp", "timestamp"),
  signature: readQuery(query, "signature"),
});

/** RongCloud repeats a callback with the same body, until it is answered in time. */
const useOfCallback = ({ route, body }: Callback): string =>
  createHash("sha256").update(`${route}\n`).update(body).digest("hex");

/**
 * Verifies a callback of RongCloud (docs/spec/rongcloud.md, section 9). The signature is in the query or
 * in the headers, and is accepted for one path and body, also repeatedly: a repeated callback has no effect, and RongCloud expects a
 * response.
 */
export const makeVerifyCallback = ({ log, ...ports }: VerifyCallbackPorts): VerifyCallback => {
  const verifySignature = makeVerifySignature(ports);
  const { clock, windowMs, replays } = ports;
  return async (callback) => {
    const { query, headers, route } = callback;
    const { app, id, signedAt, recordedUntil } = await verifySignature(
      query.has("signature") ? signedQuery(query) : signedHeaders(headers),
    );
    checkTime(signedAt, clock.now(), { pastMs: windowMs, futureMs: windowMs });
    const use = { signature: id, signedAt, use: useOfCallback(callback) };
    const record = async (): Promise<void> => {
      if (await replays.isFirst(use, { recordedUntil })) return;
      log.warn("callback_signature_reused", { app: app.appKey, route });
      throw callerError("bad_signature", "signature: already used for another path or body, or another API");
    };
    const admission = record();
    // The caller awaits it later; until then a refusal must not count as an unhandled rejection.
    admission.catch(() => {});
    return { appKey: app.appKey, admission };
  };
};
