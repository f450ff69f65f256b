import { Marked, type MarkedToken, type Token } from "marked";
import { type MathsToken, mathsRules } from "./maths-rules.ts";

export type MarkdownToken = MarkedToken | MathsToken;

const parser = new Marked({ extensions: [...mathsRules] });

/** Each level of a list has three levels of tokens. Parser and page recurse, so thousands of levels would exhaust the stack. */
const maxLevels = 100;

/** The tokens as this page knows them: marked's own type also has a catch-all for extensions. */
export const knownTokens = (tokens: readonly Token[] | undefined): readonly MarkdownToken[] =>
  (tokens ?? []) as readonly MarkdownToken[];

const childrenOf = (token: MarkdownToken): readonly MarkdownToken[] => {
  switch (token.type) {
    case "list":
      return token.items;
    case "table":
      return [...token.header, ...token.rows.flat()].flatMap(({ tokens }) => knownTokens(tokens));
    default:
      return "tokens" in token ? knownTokens(token.tokens) : [];
  }
};

const isDeeperThan = (levels: number, tokens: readonly MarkdownToken[]): boolean =>
  tokens.length > 0 && (levels === 0 || tokens.some((token) => isDeeperThan(levels - 1, childrenOf(token))));

const parse = (text: string): readonly MarkdownToken[] | undefined => {
  try {
    return knownTokens(parser.lexer(text));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/**
 * Parses GitHub's Markdown, with formulas. Every text is valid, also the part of an answer that has arrived so far. One that is
 * nested too deeply is shown as it was written.
 */
export const parseMarkdown = (text: string): readonly MarkdownToken[] => {
  const tokens = parse(text);
  if (tokens && !isDeeperThan(maxLevels, tokens)) return tokens;
  return [{ type: "code", raw: text, text }];
};
