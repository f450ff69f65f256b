import { createHash, timingSafeEqual } from "node:crypto";

/** The SHA-1 of secret, nonce and timestamp in hex (docs/spec/rongcloud.md, section 2). It does not cover the body. */
export const signatureOf = (secret: string, nonce: string, timestamp: string): string =>
  createHash("sha1").update(secret).update(nonce).update(timestamp).digest("hex");

/**
 * Prefixes of the nonces in the bridge's own calls: to webhooks, which may belong to a third party and have the signature in
 * their access logs, and to the IM. The bridge's API rejects signatures with these prefixes. Longer than three characters, so that
 * the random nonce of an SDK does not begin with one by chance; `wh-` is older.
 */
export const webhookNoncePrefix = "wh-";
export const imNoncePrefix = "bb-im-";

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
