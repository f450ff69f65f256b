import type { Bot } from "#core/bot/bot.ts";
import type { ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import type { QuestionFile } from "#core/message/question-file.ts";

/** One message from a user to a bot through one model integration, whichever way it came in and its answer goes out. */
export interface Turn {
  /** The same whenever the turn is tried again. */
  readonly id: string;
  readonly appKey: string;
  readonly bot: Bot;
  readonly integration: ModelIntegrationWithKey;
  readonly event: MessageEvent;
  /** Files sent with the message, in addition to those that it carries itself. */
  readonly files?: readonly QuestionFile[];
  /** Of a conversation other than the one that the user has with the bot in the IM. */
  readonly conversationName?: string;
}
