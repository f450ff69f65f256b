import { randomUUID } from "node:crypto";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { dayMs } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import {
  checkTime,
  firstUseMs,
  makeVerifySignature,
  type Verified,
  type VerifySignaturePorts,
} from "./verify-signature.ts";

/** Header names in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>;

export type VerifyCall = (headers: Headers) => Promise<AppWithKeys>;

const readHeader = (headers: Headers, name: string): string => {
  const value = headers[name] ?? headers[`rc-${name}`];
  if (value === undefined || value === "")
    throw callerError("bad_signature", `${name}: this header is required`);
  return value;
};

/** The four headers of a signed call, each with or without `RC-`. @throws BridgeError `bad_signature` if one is missing. */
export const signedHeaders = (headers: Headers) => ({
  appKey: readHeader(headers, "app-key"),
  nonce: readHeader(headers, "nonce"),
  timestamp: readHeader(headers, "timestamp"),
  signature: readHeader(headers, "signature"),
});

/** A reusable signature is valid until it has not been used for this long. */
const idleMs = 30 * dayMs;

const alreadyUsed = (advice: string) => callerError("bad_signature", `signature: already used; ${advice}`);

/** Each call is a use of its own, which makes a signature valid once. */
const claimOnce = async (
  { replays, clock, windowMs }: VerifySignaturePorts,
  { id, signedAt, recordedUntil }: Verified,
): Promise<void> => {
  checkTime(signedAt, clock.now(), { pastMs: windowMs, futureMs: windowMs });
  if (await replays.isFirst({ signature: id, signedAt, use: randomUUID() }, { recordedUntil })) return;
  throw alreadyUsed(
    'sign every call with a new nonce, or, if an SDK signs once for several calls, set "signatures": "reusable" for the app in the bridge\'s secret (SIGNATURES=reusable in a local run)',
  );
};

/**
 * The server API is one use. A signature that is older than `firstUseMs` is valid only if it has been used here before: the
 * records of callbacks' signatures, which URLs contain, are kept for that long (docs/adr/0032-reusable-signatures.md).
 */
const claimReusable = async (
  { replays, clock, windowMs }: VerifySignaturePorts,
  { id, signedAt, recordedUntil }: Verified,
): Promise<void> => {
  const now = clock.now();
  const use = { signature: id, signedAt, use: "server-api" };
  const renewableUntil = now + idleMs;
  const times = { recordedUntil: Math.max(recordedUntil, renewableUntil), renewableUntil };
  const isOld = now - signedAt > firstUseMs;
  if (isOld && (await replays.renew(use, times))) return;
  checkTime(signedAt, now, { pastMs: firstUseMs, futureMs: windowMs });
  if (await replays.isFirst(use, times)) return;
  throw alreadyUsed("it belongs to a callback");
};

/**
 * Verifies a signed call and returns its app (docs/spec/rongcloud.md, section 2). The signature does not cover the body. It is
 * accepted once, unless the app's signatures are reusable.
 * @throws BridgeError `unknown_app` or `bad_signature`.
 */
export const makeVerifyCall = (ports: VerifySignaturePorts): VerifyCall => {
  const verifySignature = makeVerifySignature(ports);
  return async (headers) => {
    const verified = await verifySignature(signedHeaders(headers));
    const { app } = verified;
    await (app.signatures === "once" ? claimOnce : claimReusable)(ports, verified);
    return app;
  };
};
