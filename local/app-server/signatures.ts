import type { IncomingHttpHeaders } from "node:http";
import { Webhook } from "standardwebhooks";
import { isSignedBy } from "#adapters/rongcloud/signature.ts";

export type SignatureVerdict = "good" | "missing" | "unknown_app" | "wrong" | "stale";

/** The results of verifying both signatures of a webhook (docs/spec/rongcloud.md, section 6). */
export interface SignatureVerdicts {
  /** RongCloud's signature in the query. */
  readonly query: SignatureVerdict;
  /** The signature in the Standard Webhooks headers, which covers the body. */
  readonly headers: SignatureVerdict;
}

export interface SignedRequest {
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface SigningApp {
  readonly appKey: string;
  readonly appSecret: string;
}

/** Maximum clock difference in either direction. */
const windowMs = 5 * 60_000;

const isStale = (ms: number, now: number): boolean => Math.abs(now - ms) > windowMs;

const verifyQuery = (
  { appKey, appSecret }: SigningApp,
  query: URLSearchParams,
  now: number,
): SignatureVerdict => {
  // Uses the last value of each parameter: a callbackUrl may have parameters of the same name, and they come first.
  const read = (name: string): string => query.getAll(name).at(-1) ?? "";
  const names = ["appKey", "nonce", "timestamp", "signTimestamp", "signature"];
  if (names.some((name) => read(name) === "")) return "missing";
  if (read("appKey") !== appKey) return "unknown_app";
  const timestamp = read("timestamp");
  const given = { nonce: read("nonce"), timestamp, signature: read("signature") };
  if (read("signTimestamp") !== timestamp || !isSignedBy([appSecret], given)) return "wrong";
  return isStale(Number(timestamp), now) ? "stale" : "good";
};

// The library's `verify` uses the system clock, so this signs with the library and compares.
const verifyHeaders = (
  appSecret: string,
  { headers, body }: SignedRequest,
  now: number,
): SignatureVerdict => {
  const [id, timestamp, signatures] = ["id", "timestamp", "signature"].map((name) =>
    String(headers[`webhook-${name}`] ?? ""),
  );
  if (!id || !timestamp || !signatures) return "missing";
  if (!/^\d{1,12}$/.test(timestamp)) return "wrong";
  const signedAt = new Date(Number(timestamp) * 1000);
  const expected = new Webhook(Buffer.from(appSecret), { format: "raw" }).sign(id, signedAt, body);
  if (!signatures.split(" ").includes(expected)) return "wrong";
  return isStale(signedAt.getTime(), now) ? "stale" : "good";
};

export const verifySignatures = (
  app: SigningApp,
  request: SignedRequest,
  now: number,
): SignatureVerdicts => ({
  query: verifyQuery(app, request.query, now),
  headers: verifyHeaders(app.appSecret, request, now),
});

export const areValid = ({ query, headers }: SignatureVerdicts): boolean =>
  query === "good" && headers === "good";
