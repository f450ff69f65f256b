import type { EventType } from "./event-type.ts";
import type { IntegrationType, ModelType } from "./integration-types.ts";
import type { OptionsOf } from "./options.ts";

export interface IntegrationFields {
  readonly enabled: boolean;
  /** For webhooks, the app server's URL; for models, the base URL of their API, such as `https://api.dify.ai/v1`. */
  readonly callbackUrl: string;
  /** Message types that trigger; empty: every type but signals (see `signalNames`). */
  readonly objectNames: readonly string[];
  /** Event types that trigger; empty: the default events. */
  readonly events: readonly EventType[];
  /** Whether the answer reaches the user as it is generated, or in one message at the end. */
  readonly stream: boolean;
  /** Whether the answer is sent to the user at all. */
  readonly handleResponse: boolean;
}

interface WithOptions<T extends IntegrationType> {
  readonly type: T;
  readonly options: OptionsOf<T>;
}

/** What may be shown of an API key. */
export interface MaskedKey {
  /** See `maskKey`. */
  readonly maskedApiKey: string;
}

/** An API key in clear: only in memory, and only where a model is called or a bot is saved. */
export interface PlainKey extends MaskedKey {
  readonly apiKey: string;
}

export interface WebhookIntegration extends IntegrationFields, WithOptions<"webhook"> {}

export interface ModelIntegration<T extends ModelType = ModelType>
  extends IntegrationFields,
    WithOptions<T>,
    MaskedKey {}

export interface ModelIntegrationWithKey<T extends ModelType = ModelType>
  extends ModelIntegration<T>,
    PlainKey {}

export type Integration = WebhookIntegration | ModelIntegration;
export type IntegrationWithKey = WebhookIntegration | ModelIntegrationWithKey;

type Unless<I extends Integration, K extends keyof I> = I extends unknown
  ? Omit<I, K> & Partial<Pick<I, K>>
  : never;

/**
 * An integration in an array that replaces the stored one. Omitted options, and a key sent in its masked form, keep their
 * stored values: RongCloud's SDKs know no options, and send back what they have read.
 */
export type IntegrationInput = Unless<Integration | IntegrationWithKey, "options">;

/** The fields that an update of an integration changes; the others keep their stored values, also a key sent masked. */
export type IntegrationChanges = Partial<IntegrationFields & Pick<Integration, "options">> &
  (PlainKey | Partial<MaskedKey>);

/** Whether an integration's model answers messages. A webhook's app server answers by calls of its own. */
export const canAnswer = <I extends Integration>(
  integration: I,
): integration is Exclude<I, WebhookIntegration> => integration.type !== "webhook";

/** Whether an integration came with its key, and not in the masked form in which it is shown. */
export const hasPlainKey = <I extends IntegrationInput>(
  integration: I,
): integration is Extract<I, { readonly type: "webhook" } | PlainKey> =>
  integration.type === "webhook" || "apiKey" in integration;
