import type { OpenDifyIntegration } from "#core/bot/integration.ts";

/** An answer, as Dify knows it. */
export interface DifyMessage {
  readonly integration: OpenDifyIntegration;
  readonly messageId: string;
  /** Dify's `user`, under whom it was asked. */
  readonly user: string;
}

export interface Feedback {
  /** Null takes one back that was given before. */
  readonly rating: "like" | "dislike" | null;
  readonly note: string | undefined;
}

/** What can be asked and said of an answer that Dify has given. Both reject with a BridgeError. */
export interface DifyMessages {
  /** What the user might ask next; nothing where the app suggests nothing. */
  suggest(message: DifyMessage): Promise<readonly string[]>;
  rate(message: DifyMessage, feedback: Feedback): Promise<void>;
}
