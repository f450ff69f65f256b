import { Marked, type MarkedToken, type Token } from "marked";
import { type MathsToken, mathsRules } from "./maths-rules.ts";

export type MarkdownToken = MarkedToken | MathsToken;

const parser = new Marked({ extensions: [...mathsRules] });

/** The tokens as this page knows them: marked's own type also has a catch-all for extensions. */
export const knownTokens = (tokens: readonly Token[] | undefined): readonly MarkdownToken[] =>
  (tokens ?? []) as readonly MarkdownToken[];

/** Parses GitHub's Markdown, with formulas. Every text is valid, also the part of an answer that has arrived so far. */
export const parseMarkdown = (text: string): readonly MarkdownToken[] => knownTokens(parser.lexer(text));
