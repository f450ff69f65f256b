import { Webhook } from "standardwebhooks";

export interface SignedMessage {
  readonly id: string;
  /** Milliseconds since the epoch; Standard Webhooks counts in seconds. */
  readonly sentAt: number;
  readonly body: string;
}

export type StandardHeaders = Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>;

/**
 * The headers of Standard Webhooks 1.0, which sign the body with each secret, so that receivers can verify them during a
 * rotation with any of them.
 *
 * The key is the App Secret as UTF-8, not decoded from base64, as App Secrets are not base64. Receivers pass the secret to their
 * library as raw bytes (`format: "raw"`, `NewWebhookRaw`) or, if it accepts only base64, as `whsec_` followed by the base64 of
 * the secret.
 */
export const standardHeaders = (
  secrets: readonly string[],
  { id, sentAt, body }: SignedMessage,
): StandardHeaders => ({
  "webhook-id": id,
  "webhook-timestamp": String(Math.floor(sentAt / 1000)),
  // As bytes: of a string as raw key, the library would use only the low byte of each character.
  "webhook-signature": secrets
    .map((secret) => new Webhook(Buffer.from(secret), { format: "raw" }).sign(id, new Date(sentAt), body))
    .join(" "),
});
