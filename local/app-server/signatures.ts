import type { IncomingHttpHeaders } from "node:http";
import { Webhook } from "standardwebhooks";
import { isSignedBy } from "#adapters/rongcloud/signature.ts";

export type SignatureVerdict = "good" | "missing" | "unknown_app" | "wrong" | "stale";

/** What a webhook's two signatures are worth (docs/spec/rongcloud.md, section 6). */
export interface SignatureVerdicts {
  /** RongCloud's, in the query. */
  readonly query: SignatureVerdict;
  /** That of the Standard Webhooks headers, which covers the body. */
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

/** How far a timestamp may be from now, either side. */
const windowMs = 5 * 60_000;

const isStale = (ms: number, now: number): boolean => Math.abs(now - ms) > windowMs;

const verifyQuery = (
  { appKey, appSecret }: SigningApp,
  query: URLSearchParams,
  now: number,
): SignatureVerdict => {
  // The last of a name: a callbackUrl may have a query of its own, and that comes first.
  const read = (name: string): string => query.getAll(name).at(-1) ?? "";
  const names = ["appKey", "nonce", "timestamp", "signTimestamp", "signature"];
  if (names.some((name) => read(name) === "")) return "missing";
  if (read("appKey") !== appKey) return "unknown_app";
  const timestamp = read("timestamp");
  const given = { nonce: read("nonce"), timestamp, signature: read("signature") };
  if (read("signTimestamp") !== timestamp || !isSignedBy([appSecret], given)) return "wrong";
  return isStale(Number(timestamp), now) ? "stale" : "good";
};

// The library's own `verify` reads the machine's clock; what is signed is the library's word all the same.
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
