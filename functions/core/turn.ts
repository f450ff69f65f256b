import type { Bot } from "./bot.ts";
import type { OpenDifyIntegration } from "./integration.ts";
import type { MessageEvent } from "./message-event.ts";

/** One message from a user to a bot through one Dify integration, whichever way it came in and goes out. */
export interface Turn {
  /** The same whenever the turn is tried again. */
  readonly id: string;
  readonly appKey: string;
  readonly bot: Bot;
  readonly integration: OpenDifyIntegration;
  readonly event: MessageEvent;
}
