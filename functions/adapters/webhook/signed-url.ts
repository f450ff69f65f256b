import { randomBytes } from "node:crypto";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { webhookNonceMark } from "#adapters/rongcloud/signature.ts";

/** 17 characters of the 18 that are documented. */
const newNonce = (): string => `${webhookNonceMark}${randomBytes(7).toString("hex")}`;

/**
 * The callback URL with RongCloud's signature in its query, at `now` (milliseconds since the epoch). A query of the
 * app's own stays as it is written, before ours: `searchParams` would spell it anew.
 */
export const signedUrl = (
  callbackUrl: string,
  app: { readonly appKey: string; readonly secret: string },
  now: number,
): URL => {
  const signed = signCall(app, now, newNonce());
  const query = new URLSearchParams({
    appKey: signed["App-Key"],
    nonce: signed.Nonce,
    timestamp: signed.Timestamp,
    signTimestamp: signed.Timestamp,
    signature: signed.Signature,
  });
  const url = new URL(callbackUrl);
  url.search = url.search === "" ? `${query}` : `${url.search}&${query}`;
  return url;
};
