import type { Bot } from "#core/bot/bot.ts";
import type { WebhookIntegration } from "#core/bot/integration.ts";
import type { MessageEvent } from "#core/message/message-event.ts";

/** An event on its way to the app's server. */
export interface WebhookCall {
  readonly appKey: string;
  readonly bot: Bot;
  readonly integration: WebhookIntegration;
  readonly event: MessageEvent;
  /** The same at each try, by which the receiver tells a repetition. */
  readonly id: string;
}

/** What came of one try. A reason is for the team: it holds nothing that the other side said. */
export type WebhookOutcome =
  | { readonly status: "accepted" }
  /** It would be refused again. */
  | { readonly status: "refused"; readonly reason: string }
  | {
      readonly status: "failed";
      readonly reason: string;
      /** How long the other side asked to be left alone, in milliseconds. */
      readonly retryAfterMs: number | undefined;
    };

/** Calls the app's server once (docs/spec/rongcloud.md, section 6). Never rejects. */
export type CallWebhook = (call: WebhookCall) => Promise<WebhookOutcome>;
