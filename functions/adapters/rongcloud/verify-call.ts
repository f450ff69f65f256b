import { createHash } from "node:crypto";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { ReplayGuard } from "#core/intake/replay-guard.ts";
import { callerError } from "#core/shared/errors.ts";
import { makeVerifySignature, type VerifySignaturePorts } from "./verify-signature.ts";

/** Header names in lower case. */
export type Headers = Readonly<Record<string, string | undefined>>;

export interface VerifyCallPorts extends VerifySignaturePorts {
  readonly replays: ReplayGuard;
}

export type VerifyCall = (headers: Headers) => Promise<AppWithKeys>;

/** Used signatures are stored for longer than they are valid, to allow for clock skew. */
const marginMs = 60_000;

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

/**
 * Verifies a signed call and returns its app (docs/spec/rongcloud.md, section 2). The signature does not cover the body. Each
 * signature is accepted once.
 * @throws BridgeError `unknown_app` or `bad_signature`.
 */
export const makeVerifyCall = ({ replays, ...ports }: VerifyCallPorts): VerifyCall => {
  const verifySignature = makeVerifySignature(ports);
  return async (headers) => {
    const signed = signedHeaders(headers);
    const { app, signedAt } = await verifySignature(signed);
    // Lower case, so that the same signature in upper case counts as the same request.
    const parts = [signed.appKey, signed.nonce, signed.timestamp, signed.signature.toLowerCase()];
    const request = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
    if (!(await replays.isFirst(request, signedAt + ports.windowMs + marginMs))) {
      throw callerError(
        "bad_signature",
        "nonce: signature already used; sign every request with a new nonce",
      );
    }
    return app;
  };
};
