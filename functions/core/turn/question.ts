import type { Bot } from "#core/bot/bot.ts";
import { isMessageType } from "#core/bot/event-type.ts";
import type { Integration } from "#core/bot/integration.ts";
import { parseContent } from "#core/message/message-content.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { captionOf, fileOfMessage, type MessageFile } from "#core/message/message-file.ts";
import { messageText, writtenText } from "#core/message/message-text.ts";
import type { LinkedFile, QuestionFile } from "#core/message/question-file.ts";
import { quotedMessage } from "#core/message/quoted-message.ts";
import { wellFormed } from "#core/shared/well-formed.ts";

/** The content of a question to a model. */
export interface QuestionContent {
  readonly text: string;
  readonly files: readonly QuestionFile[];
}

/** The text of a question that is only a file: Dify rejects questions without text. */
const placeholderFor = ({ kind, name }: MessageFile): string =>
  name === undefined ? `[${kind}]` : `[${kind}: ${name}]`;

const withoutName = ({ kind, url }: MessageFile): LinkedFile => ({ kind, url });

interface ReadContent extends QuestionContent {
  /** The text only stands for the file. */
  readonly isPlaceholder?: boolean;
}

const fileQuestion = ({ objectName, content }: MessageEvent["data"]): ReadContent | undefined => {
  const fields = parseContent(content) ?? {};
  const file = fileOfMessage(objectName, fields);
  const caption = captionOf(objectName, fields);
  if (file) {
    const isPlaceholder = caption === undefined;
    return { text: caption ?? placeholderFor(file), files: [withoutName(file)], isPlaceholder };
  }
  return objectName === "RC:ImgTextMsg" && caption !== undefined ? { text: caption, files: [] } : undefined;
};

const textQuestion = (bot: Pick<Bot, "name">, event: MessageEvent): QuestionContent | undefined => {
  // A message that only mentions the bot is sent as the user wrote it.
  const text = messageText(bot, event) ?? writtenText(event);
  if (text === undefined) return undefined;
  const quoted = quotedMessage(event);
  if (!quoted) return { text, files: [] };
  return {
    text: `${quoted.text.replaceAll(/^/gm, "> ")}\n\n${text}`,
    files: quoted.file ? [withoutName(quoted.file)] : [],
  };
};

export const toWellFormedFile = (file: QuestionFile): QuestionFile =>
  "url" in file ? { kind: file.kind, url: wellFormed(file.url) } : file;

const toWellFormed = <C extends QuestionContent>(content: C): C => ({
  ...content,
  text: wellFormed(content.text),
  files: content.files.map(toWellFormedFile),
});

const readContent = (
  bot: Pick<Bot, "name">,
  { objectNames }: Pick<Integration, "objectNames">,
  event: MessageEvent,
): ReadContent | undefined => {
  if (!isMessageType(event.type)) return { text: event.type, files: [] };
  const question = textQuestion(bot, event) ?? fileQuestion(event.data);
  const { objectName, content: raw } = event.data;
  const isCustomType = !objectName.startsWith("RC:") && objectNames.includes(objectName);
  const content = question ?? (isCustomType ? { text: raw, files: [] } : undefined);
  const wellFormedContent = content && toWellFormed(content);
  return wellFormedContent?.text.trim() === "" ? undefined : wellFormedContent;
};

/**
 * Returns the question for a model: the user's text or file, with the message that it quotes. For an event that is not a
 * message, the event's type. For an app's own message type, the raw content, if the integration's `objectNames` lists the
 * type. Undefined if there is nothing that a model can read.
 */
export const questionOf = (
  bot: Pick<Bot, "name">,
  integration: Pick<Integration, "objectNames">,
  event: MessageEvent,
): QuestionContent | undefined => {
  const content = readContent(bot, integration, event);
  return content && { text: content.text, files: content.files };
};

/**
 * A message and further ones of its sender as one text message with the ids of the first, and their files. The texts are joined
 * by line breaks, in the order in which they were sent. A message that no model can read is left out.
 */
export const mergeMessages = (
  bot: Pick<Bot, "name">,
  integration: Pick<Integration, "objectNames">,
  first: MessageEvent,
  more: readonly MessageEvent[],
): { readonly event: MessageEvent; readonly files: readonly QuestionFile[] } => {
  const sent = [first, ...more].toSorted((one, other) => one.data.msgTimestamp - other.data.msgTimestamp);
  const contents = sent.flatMap((event) => readContent(bot, integration, event) ?? []);
  if (contents.length === 0) return { event: first, files: [] };
  const written = contents.filter(({ isPlaceholder }) => !isPlaceholder);
  const text = (written.length > 0 ? written : contents).map((each) => each.text).join("\n");
  const data = { ...first.data, objectName: "RC:TxtMsg", content: JSON.stringify({ content: text }) };
  return { event: { ...first, data }, files: contents.flatMap(({ files }) => files) };
};
