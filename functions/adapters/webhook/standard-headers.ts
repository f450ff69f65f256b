import { Webhook } from "standardwebhooks";

export interface SignedMessage {
  readonly id: string;
  /** Milliseconds since the epoch; Standard Webhooks counts in seconds. */
  readonly sentAt: number;
  readonly body: string;
}

export type StandardHeaders = Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string>;

/**
 * The headers of Standard Webhooks 1.0, which cover the body, with a signature by each secret: whoever holds one of
 * them can check while they are rotated.
 *
 * The key is the App Secret itself, in UTF-8, not what it might mean as base64: secrets are not made as such. A
 * receiver hands its library the secret as raw bytes (`format: "raw"`, `NewWebhookRaw`), or, where that takes base64
 * alone, `whsec_` and the base64 of the secret's text.
 */
export const standardHeaders = (
  secrets: readonly string[],
  { id, sentAt, body }: SignedMessage,
): StandardHeaders => ({
  "webhook-id": id,
  "webhook-timestamp": String(Math.floor(sentAt / 1000)),
  // Given a text as its raw key, the library would keep the low byte of each character.
  "webhook-signature": secrets
    .map((secret) => new Webhook(Buffer.from(secret), { format: "raw" }).sign(id, new Date(sentAt), body))
    .join(" "),
});
