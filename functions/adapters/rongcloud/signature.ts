import { createHash, timingSafeEqual } from "node:crypto";

/** The SHA-1 of secret, nonce and timestamp in hex (docs/spec/rongcloud.md, section 2). It does not cover the body. */
export const signatureOf = (secret: string, nonce: string, timestamp: string): string =>
  createHash("sha1").update(secret).update(nonce).update(timestamp).digest("hex");

/**
 * Prefix of the nonces in calls to webhooks. A webhook may belong to a third party, and its URL, with the signature, appears in
 * access logs. The bridge's own API therefore rejects signatures with this prefix.
 */
export const webhookNoncePrefix = "wh-";

const bytesOf = (signature: string): Buffer => Buffer.from(signature, "hex");

/** Whether the signature was made with one of the secrets, in constant time. Hex digits may be upper or lower case. */
export const isSignedBy = (
  secrets: readonly string[],
  { nonce, timestamp, signature }: { nonce: string; timestamp: string; signature: string },
): boolean => {
  if (!/^[0-9a-f]{40}$/i.test(signature)) return false;
  const actual = bytesOf(signature);
  const matches = secrets.map((secret) => {
    const expected = bytesOf(signatureOf(secret, nonce, timestamp));
    return timingSafeEqual(actual, expected);
  });
  return matches.includes(true);
};
