import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import { callerError } from "#core/shared/errors.ts";
import { type Headers, signedHeaders } from "./verify-call.ts";
import { makeVerifySignature, type Signed, type VerifySignaturePorts } from "./verify-signature.ts";

export type VerifyCallback = (query: URLSearchParams, headers: Headers) => Promise<AppWithKeys>;

const readQuery = (query: URLSearchParams, ...names: readonly string[]): string => {
  const value = names.map((name) => query.get(name)).find((each) => each !== null && each !== "");
  if (value === undefined || value === null)
    throw callerError("bad_signature", `${names.join(" or ")}: is required in the query`);
  return value;
};

const signedQuery = (query: URLSearchParams): Signed => ({
  appKey: readQuery(query, "appKey"),
  nonce: readQuery(query, "nonce"),
  timestamp: readQuery(query, "signTimestamp", "timestamp"),
  signature: readQuery(query, "signature"),
});

/**
 * Says for which app RongCloud calls: signed by the query, or by the headers where there is no signature in it
 * (docs/spec/rongcloud.md, section 9). A repeated callback is let in: it changes nothing, and must be answered.
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
