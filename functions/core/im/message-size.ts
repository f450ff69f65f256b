import { makeBlockTracker } from "./markdown-blocks.ts";

/**
 * Maximum size of a message's text, including JSON escapes. RongCloud accepts 128 KB per message, for all chunks of a stream
 * together (docs/spec/rongcloud.md, section 8); the rest is reserved for the fields around the text.
 */
export const maxMessageBytes = 120 * 1024;

/** From this size on, a stream message is ended at the next paragraph. */
export const softMaxMessageBytes = 104 * 1024;

/** Size of the text inside a JSON string, in bytes. */
export const messageSize = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

/** Characters that JSON escapes with a backslash and one letter. */
const shortEscapes = new Set('"\\\b\f\n\r\t');

/** Size of a character inside a JSON string, in bytes. Lone surrogates are escaped too. */
const characterSize = (character: string): number => {
  const code = character.codePointAt(0) ?? 0;
  if (shortEscapes.has(character)) return 2;
  if (code < 0x20 || (code >= 0xd800 && code <= 0xdfff)) return 6;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
};

/** The number of code units that fit into `maxBytes`, without splitting a character. */
const fittingLength = (text: string, maxBytes: number): number => {
  let length = 0;
  let size = 0;
  for (const character of text) {
    size += characterSize(character);
    if (size > maxBytes) return length;
    length += character.length;
  }
  return length;
};

/** In UTF-16 code units. No visible character is longer: the emoji of a family has 11. */
const maxGraphemeLength = 64;
const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** The last place up to `length` that is not inside a visible character, which may have several code points. */
const characterEnd = (text: string, length: number): number => {
  const from = Math.max(0, length - maxGraphemeLength);
  const around = text.slice(from, length + maxGraphemeLength);
  const ends = [...graphemes.segment(around)].map(({ index }) => from + index);
  return ends.findLast((at) => at <= length && (at > from || from === 0)) ?? length;
};

/** Preferred places to split a text, best first. */
const separators = [/\n{2,}/g, /\n/g, /\s/g];

/** The end of the last separator in the second half of a text: splitting earlier would produce many small messages. */
const lastSeparatorEnd = (text: string): number | undefined => {
  for (const separator of separators) {
    const at = [...text.matchAll(separator)].at(-1);
    const end = at && at.index + at[0].length;
    if (end !== undefined && end > text.length / 2) return end;
  }
  return undefined;
};

/** The length of the part of a text that fits into `maxBytes`, split after a paragraph, a line or a word if possible. */
export const splitLength = (text: string, maxBytes: number): number => {
  const length = fittingLength(text, maxBytes);
  return length === text.length
    ? length
    : (lastSeparatorEnd(text.slice(0, length)) ?? characterEnd(text, length));
};

/** In bytes. Reserved for what closes a Markdown block at the end of a message. */
export const closingBytes = 64;

/** Splits a text into messages that the IM accepts. Markdown blocks that are split are closed and reopened in the next. */
export const messagesOf = (text: string): string[] => {
  const messages: string[] = [];
  for (let rest = text; rest !== ""; ) {
    // A character has at least one byte.
    const length = splitLength(rest.slice(0, maxMessageBytes + 1), maxMessageBytes - closingBytes);
    if (length === rest.length) return [...messages, rest];
    const blocks = makeBlockTracker();
    blocks.push(rest.slice(0, length));
    const { closing, reopen } = blocks.continuation();
    messages.push(rest.slice(0, length) + closing);
    rest = reopen(rest.slice(length));
  }
  return messages;
};
