import type { Bot } from "#core/bot/bot.ts";
import { parseContent } from "./message-content.ts";
import type { MessageEvent } from "./message-event.ts";

/** Message types whose `content` field is the user's text: a text message, and a reply that quotes another message. */
export const textMessageTypes = ["RC:TxtMsg", "RC:ReferenceMsg"] as const;

/** Whether messages of the type have a text that filters compare. */
export const isTextType = (objectName: string): boolean =>
  textMessageTypes.some((type) => type === objectName);

/** In groups, users write "@Helpdesk /help". Clients add a space after a mention; some use U+2005. */
const withoutMention = (text: string, name: string): string => {
  const mention = `@${name.trim()}`;
  if (!text.startsWith(mention)) return text;
  const rest = text.slice(mention.length);
  return rest === "" || /^\s/.test(rest) ? rest : text;
};

/** The user's text, trimmed; undefined if it is empty or the message is of another type. */
export const writtenText = ({ data }: MessageEvent): string | undefined => {
  if (!isTextType(data.objectName)) return undefined;
  const content = parseContent(data.content)?.content;
  return typeof content === "string" && content.trim() !== "" ? content.trim() : undefined;
};

/** The user's text to this bot, in groups without the leading mention of the bot; undefined if nothing is left. */
export const messageText = ({ name }: Pick<Bot, "name">, event: MessageEvent): string | undefined => {
  const text = writtenText(event);
  if (text === undefined || event.data.channelType !== "GROUP") return text;
  const rest = withoutMention(text, name).trimStart();
  return rest === "" ? undefined : rest;
};
