import type { Bot } from "#core/bot/bot.ts";
import { isMessageType } from "#core/bot/event-type.ts";
import type { Integration } from "#core/bot/integration.ts";
import { parseContent } from "#core/message/message-content.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { captionOf, fileOfMessage, type MessageFile } from "#core/message/message-file.ts";
import { messageText, writtenText } from "#core/message/message-text.ts";
import type { QuestionFile } from "#core/message/question-file.ts";
import { quotedMessage } from "#core/message/quoted-message.ts";

/** What a model is asked. */
export interface QuestionContent {
  readonly text: string;
  readonly files: readonly QuestionFile[];
}

/** A question always has a text: Dify refuses one without. */
const textFor = ({ kind, name }: MessageFile): string =>
  name === undefined ? `[${kind}]` : `[${kind}: ${name}]`;

const withoutName = ({ kind, url }: MessageFile): QuestionFile => ({ kind, url });

const askedWithFile = ({ objectName, content }: MessageEvent["data"]): QuestionContent | undefined => {
  const fields = parseContent(content) ?? {};
  const file = fileOfMessage(objectName, fields);
  const caption = captionOf(objectName, fields);
  if (file) return { text: caption ?? textFor(file), files: [withoutName(file)] };
  return objectName === "RC:ImgTextMsg" && caption !== undefined ? { text: caption, files: [] } : undefined;
};

const askedInWords = (bot: Pick<Bot, "name">, event: MessageEvent): QuestionContent | undefined => {
  // A message that only names the bot is asked as the user wrote it.
  const text = messageText(bot, event) ?? writtenText(event);
  if (text === undefined) return undefined;
  const quoted = quotedMessage(event);
  if (!quoted) return { text, files: [] };
  return {
    text: `${quoted.text.replaceAll(/^/gm, "> ")}\n\n${text}`,
    files: quoted.file ? [withoutName(quoted.file)] : [],
  };
};

/**
 * What a model is asked: what the user wrote or sent to the bot, with what it refers to. For an event that is not a message, its
 * name. For an app's own message type, its content, where the integration names the type. Undefined where there is
 * nothing that a model could read.
 */
export const questionOf = (
  bot: Pick<Bot, "name">,
  { objectNames }: Pick<Integration, "objectNames">,
  event: MessageEvent,
): QuestionContent | undefined => {
  if (!isMessageType(event.type)) return { text: event.type, files: [] };
  const asked = askedInWords(bot, event) ?? askedWithFile(event.data);
  const { objectName, content } = event.data;
  const isOwn = !objectName.startsWith("RC:") && objectNames.includes(objectName);
  return asked ?? (isOwn && content.trim() !== "" ? { text: content, files: [] } : undefined);
};
