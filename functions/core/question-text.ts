import type { Bot } from "./bot.ts";
import { isMessageType } from "./event-type.ts";
import type { MessageEvent } from "./message-event.ts";
import { messageText, writtenText } from "./message-text.ts";

/**
 * What Dify is asked: what the user wrote to the bot, if the message is a text with anything in it, be it the bot's name
 * alone; of a happening its name, since an integration that asks for it is a Dify app that knows it.
 */
export const questionText = (bot: Bot, event: MessageEvent): string | undefined =>
  isMessageType(event.type) ? (messageText(bot, event) ?? writtenText(event)) : event.type;
