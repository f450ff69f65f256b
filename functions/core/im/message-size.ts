/**
 * Size of a message's text as it is sent, JSON escapes included. RongCloud accepts 128 KB per message, all chunks of a
 * stream together (docs/spec/rongcloud.md, section 8); the rest is for the fields around the text.
 */
export const maxMessageBytes = 120 * 1024;

/** From here on a stream message ends at the next paragraph. */
export const fullMessageBytes = 104 * 1024;

/** In bytes, within JSON. */
export const messageSize = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

/** What JSON writes with a backslash and one letter. */
const shortEscapes = new Set('"\\\b\f\n\r\t');

/** In bytes, within JSON: half of a pair of surrogates is an escape too. */
const characterSize = (character: string): number => {
  const code = character.codePointAt(0) ?? 0;
  if (shortEscapes.has(character)) return 2;
  if (code < 0x20 || (code >= 0xd800 && code <= 0xdfff)) return 6;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
};

/** How many of the text's code units fit, whole characters alone. */
const fittingLength = (text: string, room: number): number => {
  let length = 0;
  let size = 0;
  for (const character of text) {
    size += characterSize(character);
    if (size > room) return length;
    length += character.length;
  }
  return length;
};

/** Where people would part a text, the best first. */
const seams = [/\n{2,}/g, /\n/g, /\s/g];

/** The last seam in the second half of a text: what is parted earlier makes many small messages. */
const lastSeam = (text: string): number | undefined => {
  for (const seam of seams) {
    const at = [...text.matchAll(seam)].at(-1);
    const end = at && at.index + at[0].length;
    if (end !== undefined && end > text.length / 2) return end;
  }
  return undefined;
};

/** The length of what of a text goes into `room` bytes, parted at a paragraph, a line or a word where there is one. */
export const splitLength = (text: string, room: number): number => {
  const length = fittingLength(text, room);
  return length === text.length ? length : (lastSeam(text.slice(0, length)) ?? length);
};

/** A text in messages that the IM takes. */
export const messagesOf = (text: string): string[] => {
  const messages: string[] = [];
  for (let at = 0; at < text.length; ) {
    // A character has a byte at least.
    const length = splitLength(text.slice(at, at + maxMessageBytes + 1), maxMessageBytes);
    messages.push(text.slice(at, at + length));
    at += length;
  }
  return messages;
};
