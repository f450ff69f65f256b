import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { callerError } from "#core/shared/errors.ts";
import { type Headers, signedHeaders } from "./verify-call.ts";
import { makeVerifySignature, type Signed, type VerifySignaturePorts } from "./verify-signature.ts";

export type VerifyCallback = (query: URLSearchParams, headers: Headers) => Promise<AppWithKeys>;

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

/**
 * Verifies a callback of RongCloud and returns its app (docs/spec/rongcloud.md, section 9). The signature is in the query or
 * in the headers. A repeated callback is accepted: it has no effect, and RongCloud expects a response.
 * @throws BridgeError `unknown_app` or `bad_signature`.
 */
export const makeVerifyCallback = (ports: VerifySignaturePorts): VerifyCallback => {
  const verifySignature = makeVerifySignature(ports);
  return async (query, headers) => {
    const signed = query.has("signature") ? signedQuery(query) : signedHeaders(headers);
    const { app } = await verifySignature(signed);
    return app;
  };
};
