import type { EventType } from "./event-type.ts";

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

interface IntegrationBase {
  readonly enabled: boolean;
  /** Message types that trigger; empty: every type. */
  readonly objectNames: readonly string[];
  /** Event types that trigger; empty: the default events. */
  readonly events: readonly EventType[];
  /** Whether the answer reaches the user as it is generated, or in one message at the end. */
  readonly stream: boolean;
  /** Whether the answer is sent to the user at all. */
  readonly handleResponse: boolean;
}

export interface WebhookIntegration extends IntegrationBase {
  readonly type: "webhook";
  /** The app server's URL. */
  readonly callbackUrl: string;
}

export interface DifyIntegration extends IntegrationBase {
  readonly type: DifyType;
  /** The base of Dify's service API, such as `https://api.dify.ai/v1`. */
  readonly callbackUrl: string;
}

/** With the Dify app's key in clear: only in memory, and only where Dify is asked or a bot is taken in. */
export interface OpenDifyIntegration extends DifyIntegration {
  readonly apiKey: string;
}

export type Integration = WebhookIntegration | DifyIntegration;
export type OpenIntegration = WebhookIntegration | OpenDifyIntegration;

export const isDify = <I extends Integration>(
  integration: I,
): integration is Exclude<I, WebhookIntegration> => integration.type !== "webhook";
