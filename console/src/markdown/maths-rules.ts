import type { TokenizerExtension } from "marked";

/** A formula in TeX. */
export interface MathsToken {
  readonly type: "maths";
  readonly raw: string;
  readonly text: string;
  /** Whether it stands in a line of its own. */
  readonly display: boolean;
}

const block = /^(?:\$\$([^$]+?)\$\$|\\\[([\s\S]+?)\\\])[^\S\n]*(?:\n|$)/;
const displayed = /^(?:\$\$([^$]+?)\$\$|\\\[([\s\S]+?)\\\])/;
/**
 * As in Pandoc, a dollar sign before a space or after one is none of a formula's, nor is one before a digit: "$5 or $10" are
 * prices.
 */
const inline = /^(?:\$(?![\s$])((?:\\.|[^\\$\n])*?[^\\\s$])\$(?!\d)|\\\(([\s\S]+?)\\\))/;

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
