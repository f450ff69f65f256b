import { createHash, timingSafeEqual } from "node:crypto";

/** RongCloud's signature: hex SHA-1 of secret, nonce and timestamp. The body is not covered (docs/spec/rongcloud.md, section 2). */
export const signatureOf = (secret: string, nonce: string, timestamp: string): string =>
  createHash("sha1").update(secret).update(nonce).update(timestamp).digest("hex");

/**
 * Begins the nonces of what we sign for the servers of webhooks. A webhook may be somebody else's server, and its URL stands
 * in access logs: a signature from there must open none of our own doors.
 */
export const webhookNonceMark = "wh-";

const bytesOf = (signature: string): Buffer => Buffer.from(signature, "hex");

/** Whether one of the secrets made this signature, in constant time; hex digits of either case. */
export const isSignedBy = (
  secrets: readonly string[],
  { nonce, timestamp, signature }: { nonce: string; timestamp: string; signature: string },
): boolean => {
  if (!/^[0-9a-f]{40}$/i.test(signature)) return false;
  const given = bytesOf(signature);
  const matches = secrets.map((secret) => {
    const expected = bytesOf(signatureOf(secret, nonce, timestamp));
    return timingSafeEqual(given, expected);
  });
  return matches.includes(true);
};
