import { randomUUID } from "node:crypto";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { callerError } from "#core/shared/errors.ts";
import { makeVerifySignature, type VerifySignaturePorts } from "./verify-signature.ts";

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

/** Each call is a use of its own, which makes a signature valid once. */
const useOfCall = (): string => randomUUID();

/**
 * Verifies a signed call and returns its app (docs/spec/rongcloud.md, section 2). The signature does not cover the body. Each
 * signature is accepted once.
 * @throws BridgeError `unknown_app` or `bad_signature`.
 */
export const makeVerifyCall = (ports: VerifySignaturePorts): VerifyCall => {
  const verifySignature = makeVerifySignature(ports);
  return async (headers) => {
    const { app, claim } = await verifySignature(signedHeaders(headers));
    if (!(await claim(useOfCall()))) {
      throw callerError(
        "bad_signature",
        "nonce: signature already used; sign every request with a new nonce",
      );
    }
    return app;
  };
};
