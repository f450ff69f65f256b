import type { Bot } from "#core/bot/bot.ts";
import type { OpenDifyIntegration } from "#core/bot/integration.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import type { QuestionFile } from "#core/message/question-file.ts";

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
