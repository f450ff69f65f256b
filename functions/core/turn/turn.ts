import type { FormInput } from "#core/answer/pause.ts";
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
  /** When the bridge accepted the message, in milliseconds since the epoch; the same for every retry. */
  readonly acceptedAt: number;
  /** Files in addition to those in the message itself. */
  readonly files?: readonly QuestionFile[];
  /** The name of a conversation of its own; undefined for the one that the user has with the bot in the IM. */
  readonly conversationName?: string;
  /** The turn continues an answer that waits for human input, instead of asking a question. */
  readonly continues?:
    | { readonly by: "input"; readonly input: FormInput }
    /** Checks whether somebody else has filled in the form, or its time is over. */
    | { readonly by: "check"; readonly pauseId: string };
}
