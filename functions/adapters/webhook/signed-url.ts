import { newNonce, signCall } from "#adapters/rongcloud/sign-call.ts";
import { webhookNoncePrefix } from "#adapters/rongcloud/signature.ts";

/**
 * The callback URL with RongCloud's signature appended to its query. `now`: milliseconds since the epoch. The app's own query is
 * kept verbatim; `searchParams` would re-encode it.
 */
export const signedUrl = (
  callbackUrl: string,
  app: { readonly appKey: string; readonly secret: string },
  now: number,
): URL => {
  const signed = signCall(app, now, newNonce(webhookNoncePrefix));
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
