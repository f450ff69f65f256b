import type { Bot } from "#core/bot/bot.ts";
import { parseContent } from "./message-content.ts";
import type { MessageEvent } from "./message-event.ts";

/** Messages whose `content` is what the user wrote: a text, and a text in reply to a message that it quotes. */
const written = ["RC:TxtMsg", "RC:ReferenceMsg"];

/** In a group people write "@Helpdesk /help". Clients put a space behind a mention, some of them U+2005. */
const withoutMention = (text: string, name: string): string => {
  const mention = `@${name.trim()}`;
  if (!text.startsWith(mention)) return text;
  const rest = text.slice(mention.length);
  return rest === "" || /^\s/.test(rest) ? rest : text;
};

/** What the user wrote, less the white space around it; undefined where nothing is left, or the message is of another kind. */
export const writtenText = ({ data }: MessageEvent): string | undefined => {
  if (!written.includes(data.objectName)) return undefined;
  const content = parseContent(data.content)?.content;
  return typeof content === "string" && content.trim() !== "" ? content.trim() : undefined;
};

/** What the user wrote to this bot: in a group less the bot's own name in front; undefined where nothing is left. */
export const messageText = ({ name }: Pick<Bot, "name">, event: MessageEvent): string | undefined => {
  const text = writtenText(event);
  if (text === undefined || event.data.channelType !== "GROUP") return text;
  const said = withoutMention(text, name).trimStart();
  return said === "" ? undefined : said;
};
