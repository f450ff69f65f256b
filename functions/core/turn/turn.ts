import type { Bot } from "#core/bot/bot.ts";
import type { ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import type { QuestionFile } from "#core/message/question-file.ts";

/** One message from a user to a bot, handled by one model integration, through any channel. */
export interface Turn {
  /** The same for every retry of the turn. */
  readonly id: string;
  readonly appKey: string;
  readonly bot: Bot;
  readonly integration: ModelIntegrationWithKey;
  readonly event: MessageEvent;
  /** Files in addition to those in the message itself. */
  readonly files?: readonly QuestionFile[];
  /** The name of a conversation of its own; undefined for the one that the user has with the bot in the IM. */
  readonly conversationName?: string;
}
