import type { EventType } from "./event-type.ts";
import type { KeywordFilter } from "./keyword-filter.ts";

export const difyTypes = [
  "dify_chat",
  "dify_completion",
  "dify_chatflow",
  "dify_agent",
  "dify_workflow",
] as const;

/** In the order in which a bot's integrations are listed and asked. */
export const integrationTypes = ["webhook", ...difyTypes] as const;

export type DifyType = (typeof difyTypes)[number];
export type IntegrationType = (typeof integrationTypes)[number];

/** Settings of ours, which RongCloud does not have. */
export interface IntegrationOptions {
  /** Absent: whatever a message says, it triggers. */
  readonly filter?: KeywordFilter;
  /** Whether a mention of everyone in a group triggers. Absent: it does not. */
  readonly everyone?: boolean;
  /** Whose context Dify keeps in a group: each member's own, or one that all share. Absent: each member's own. */
  readonly context?: GroupContext;
  /** Whether each answer prolongs the context by 24 hours. Absent: it ends 24 hours after the first. */
  readonly slidingContext?: boolean;
  /** Whether the user sees, as a quote, what the model thinks before it answers. Absent: they do not. */
  readonly showThinking?: boolean;
  /** Whether a user is shown, in private, that the bot is typing while Dify thinks. Absent: they are. */
  readonly typing?: boolean;
  /** What a user is told where Dify could not answer. Absent: a sentence in English and Chinese. */
  readonly errorText?: string;
}

export const groupContexts = ["member", "group"] as const;
export type GroupContext = (typeof groupContexts)[number];

export interface IntegrationFields {
  readonly enabled: boolean;
  /** Of a webhook the app server's URL; of a Dify app the base of its service API, such as `https://api.dify.ai/v1`. */
  readonly callbackUrl: string;
  /** Message types that trigger; empty: every type but signals (see `signalNames`). */
  readonly objectNames: readonly string[];
  /** Event types that trigger; empty: the default events. */
  readonly events: readonly EventType[];
  /** Whether the answer reaches the user as it is generated, or in one message at the end. */
  readonly stream: boolean;
  /** Whether the answer is sent to the user at all. */
  readonly handleResponse: boolean;
  readonly options: IntegrationOptions;
}

export interface WebhookIntegration extends IntegrationFields {
  readonly type: "webhook";
}

/** What may be shown of a Dify app's key. */
export interface MaskedKey {
  /** See `maskKey`. */
  readonly maskedApiKey: string;
}

/** A Dify app's key in clear: only in memory, and only where Dify is asked or a bot is taken in. */
export interface OpenKey extends MaskedKey {
  readonly apiKey: string;
}

export interface DifyIntegration extends IntegrationFields, MaskedKey {
  readonly type: DifyType;
}

export interface OpenDifyIntegration extends DifyIntegration, OpenKey {}

export type Integration = WebhookIntegration | DifyIntegration;
export type OpenIntegration = WebhookIntegration | OpenDifyIntegration;

type Unless<I extends Integration, K extends keyof I> = I extends unknown
  ? Omit<I, K> & Partial<Pick<I, K>>
  : never;

/**
 * An integration in a list that takes the place of another. What it leaves out of ours (its options), and of what nobody is
 * shown (its key, where it comes masked), stays as it is: RongCloud's SDK knows no options, and sends back what it has read.
 */
export type SentIntegration = Unless<Integration | OpenIntegration, "options">;

/** What an update of an integration names; the rest stays as it is, also a key that is sent masked. */
export type IntegrationChanges = Partial<IntegrationFields> & (OpenKey | Partial<MaskedKey>);

export const isDify = <I extends Integration>(
  integration: I,
): integration is Exclude<I, WebhookIntegration> => integration.type !== "webhook";

/** Whether an integration came with its key, and not as it was shown. */
export const isOpen = <I extends SentIntegration>(
  integration: I,
): integration is Extract<I, { readonly type: "webhook" } | OpenKey> =>
  integration.type === "webhook" || "apiKey" in integration;
