/** A fenced code block of a Markdown page. */
export interface CodeBlock {
  /** The line of its opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  /** The words of the info string after the language. */
  readonly flags: readonly string[];
  /** Each line ends with a newline; the fence's own indentation is removed. */
  readonly text: string;
}

const openingFence = /^( *)(`{3,})([^`]*)$/;

/** The fenced code blocks of a page, in order. @throws where a fence is not closed. */
export const codeBlocksOf = (markdown: string): CodeBlock[] => {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const opening = openingFence.exec(lines[index] ?? "");
    if (!opening) continue;
    const [, indent = "", fence = "", info = ""] = opening;
    const start = index + 1;
    const isClosing = (line: string): boolean => line.trim() === fence;
    const length = lines.slice(start).findIndex(isClosing);
    if (length === -1) throw new Error(`line ${start}: this code block is not closed`);
    const [language = "", ...flags] = info.trim().split(/\s+/);
    const body = lines.slice(start, start + length);
    const text = body.map((line) => `${line.startsWith(indent) ? line.slice(indent.length) : line}\n`);
    blocks.push({ line: start, language, flags, text: text.join("") });
    index = start + length;
  }
  return blocks;
};
