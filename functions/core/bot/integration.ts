import type { EventType } from "./event-type.ts";
import type { IntegrationType, ModelType } from "./integration-types.ts";
import type { OptionsOf } from "./options.ts";

/**
 * Fields of RongCloud's Java SDK, for bots that answer like a person: they wait until the user has finished writing, and take
 * their time. RongCloud documents no rules for them. The bridge stores and returns them, and answers each message at once.
 */
export const storedFlags = ["waitForInputCompletion", "gentleResponse"] as const;
type StoredFlag = (typeof storedFlags)[number];

export interface IntegrationFields extends Readonly<Partial<Record<StoredFlag, boolean>>> {
  readonly enabled: boolean;
  /** For webhooks, the app server's URL; for models, the base URL of their API, such as `https://api.dify.ai/v1`. */
  readonly callbackUrl: string;
  /** Message types that trigger the integration; empty: all except signals (see `signalNames`). */
  readonly objectNames: readonly string[];
  /** Event types that trigger the integration; empty: `defaultEvents`. */
  readonly events: readonly EventType[];
  /** True: the answer is sent as it is generated. False: in one message at the end. */
  readonly stream: boolean;
  /** Whether the answer is sent to the user at all. */
  readonly handleResponse: boolean;
}

interface WithOptions<T extends IntegrationType> {
  readonly type: T;
  readonly options: OptionsOf<T>;
}

/** The part of an API key that may be shown. */
export interface MaskedKey {
  /** See `maskKey`. */
  readonly maskedApiKey: string;
}

/** An API key in plain text: only in memory, and only while a model is called or a bot is saved. */
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

type WithOptional<I extends Integration, K extends keyof I> = I extends unknown
  ? Omit<I, K> & Partial<Pick<I, K>>
  : never;

/**
 * An integration in an array that replaces the stored array. Omitted options and masked keys keep their stored values:
 * RongCloud's SDKs do not know options, and send back what they have read.
 */
export type IntegrationInput = WithOptional<Integration | IntegrationWithKey, "options">;

/** The fields that an update of an integration changes; omitted fields and masked keys keep their stored values. */
export type IntegrationChanges = Partial<IntegrationFields & Pick<Integration, "options">> &
  (PlainKey | Partial<MaskedKey>);

/**
 * Whether the integration has a model that answers messages. A webhook's app server answers through the IM's API
 * instead.
 */
export const canAnswer = <I extends Integration>(
  integration: I,
): integration is Exclude<I, WebhookIntegration> => integration.type !== "webhook";

/** The first enabled integration with a model, of the type if one is given. */
export const findEnabledModel = (
  integrations: readonly IntegrationWithKey[],
  type: ModelType | undefined,
): ModelIntegrationWithKey | undefined =>
  integrations.filter(canAnswer).find((each) => each.enabled && (type === undefined || each.type === type));

/** Whether the integration has its key in plain text, or needs none. */
export const hasPlainKey = <I extends IntegrationInput>(
  integration: I,
): integration is Extract<I, { readonly type: "webhook" } | PlainKey> =>
  integration.type === "webhook" || "apiKey" in integration;
