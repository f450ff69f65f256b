import type { BotProfile } from "#core/answer/model.ts";
import type { EventType, pingType } from "#core/bot/event-type.ts";
import type { WebhookIntegration } from "#core/bot/integration.ts";
import type { MessageEvent } from "#core/message/message-event.ts";

/** An event of a bot, or a test. */
export interface WebhookEvent extends Omit<MessageEvent, "type"> {
  readonly type: EventType | typeof pingType;
}

/** An event to send to the app's server. */
export interface WebhookCall {
  readonly appKey: string;
  readonly bot: BotProfile;
  readonly integration: WebhookIntegration;
  readonly event: WebhookEvent;
  /** The same for every attempt, so that the receiver can detect duplicates. */
  readonly id: string;
}

/** The result of one attempt. Reasons are for operators and contain no text from the other side. */
export type WebhookOutcome =
  | { readonly status: "accepted" }
  /** A retry would be refused too. */
  | { readonly status: "refused"; readonly reason: string }
  | {
      readonly status: "failed";
      readonly reason: string;
      /** How long the other side asked to wait before the next call, in milliseconds. */
      readonly retryAfterMs: number | undefined;
    };

/** Calls the app's server once (docs/spec/rongcloud.md, section 6). Never rejects. */
export type CallWebhook = (call: WebhookCall) => Promise<WebhookOutcome>;
