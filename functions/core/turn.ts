import type { Bot } from "./bot.ts";
import type { OpenDifyIntegration } from "./integration.ts";
import type { MessageEvent } from "./message-event.ts";
import type { QuestionFile } from "./question-file.ts";

/** One message from a user to a bot through one Dify integration, whichever way it came in and goes out. */
export interface Turn {
  /** The same whenever the turn is tried again. */
  readonly id: string;
  readonly appKey: string;
  readonly bot: Bot;
  readonly integration: OpenDifyIntegration;
  readonly event: MessageEvent;
  /** What goes along with the message besides what it carries itself. */
  readonly files?: readonly QuestionFile[];
  /** Of a conversation besides the one that the user has with the bot in the IM. */
  readonly conversationName?: string;
}
