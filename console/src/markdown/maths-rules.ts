import type { TokenizerExtension } from "marked";

/** A formula in TeX. */
export interface MathsToken {
  readonly type: "maths";
  readonly raw: string;
  readonly text: string;
  /** Whether it stands in a line of its own. */
  readonly display: boolean;
}

// A formula has at most 4,000 characters: without a limit, every `\[` that is never closed would be searched to the end of the text.

const block = /^(?:\$\$([^$]+?)\$\$|\\\[([\s\S]{1,4000}?)\\\])[^\S\n]*(?:\n|$)/;
const displayed = /^(?:\$\$([^$]+?)\$\$|\\\[([\s\S]{1,4000}?)\\\])/;
/**
 * As in Pandoc, the first dollar sign must not be before a space, nor the last one after a space or before a letter or digit:
 * "$5 or $10" are prices. Chinese letters may follow, since no space is written before them.
 */
const inline = /^(?:\$(?![\s$])((?:\\.|[^\\$\n])*?[^\\\s$])\$(?![A-Za-z\d])|\\\(([\s\S]{1,4000}?)\\\))/;

const tokenOf = (match: RegExpExecArray | null, display: boolean): MathsToken | undefined => {
  const text = match?.[1] ?? match?.[2];
  if (!match || text === undefined) return undefined;
  return { type: "maths", raw: match[0], text: text.trim(), display };
};

const opening = /\$|\\[([]/;

/** Formulas between `$`, `$$`, `\(…\)` and `\[…\]`, as models write them. */
export const mathsRules: readonly TokenizerExtension[] = [
  { name: "maths", level: "block", tokenizer: (source) => tokenOf(block.exec(source), true) },
  {
    name: "maths",
    level: "inline",
    start: (source) => {
      const index = source.search(opening);
      return index === -1 ? undefined : index;
    },
    tokenizer: (source) => tokenOf(displayed.exec(source), true) ?? tokenOf(inline.exec(source), false),
  },
];
