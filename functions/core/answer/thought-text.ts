import { maxBlankCharacters } from "./answer-bounds.ts";

/** Formats a model's thoughts, each without leading and trailing white space. */
export interface ThoughtText {
  /** Whether any word of the current thought has been returned. */
  readonly begun: boolean;
  push(text: string): string;
  /** Ends the thought. */
  end(): void;
}

/** What comes before a word, in place of white space. `blank`: the white space; undefined before the first word of a thought. */
type GapBefore = (blank: string | undefined, isFirstThought: boolean) => string;

const makeThoughtText = (gapBefore: GapBefore): ThoughtText => {
  let begun = false;
  let isFirst = true;
  /** White space that is returned only if a word follows. */
  let blank = "";
  return {
    get begun() {
      return begun;
    },
    push: (text) => {
      let formatted = "";
      for (const [run] of text.matchAll(/\s+|\S+/g)) {
        if (run.trim() === "") {
          blank += run.slice(0, maxBlankCharacters - blank.length);
          continue;
        }
        formatted += gapBefore(begun ? blank : undefined, isFirst) + run;
        begun = true;
        blank = "";
      }
      return formatted;
    },
    end: () => {
      if (begun) isFirst = false;
      begun = false;
      blank = "";
    },
  };
};

/** Thoughts as Markdown quotes, within a text. */
export const makeThoughtQuotes = (): ThoughtText =>
  makeThoughtText((blank) => {
    if (blank === undefined) return "> ";
    const lines = blank.split("\n");
    return `${"\n> ".repeat(lines.length - 1)}${lines.at(-1)}`;
  });

/** Thoughts as a text of their own, one paragraph for each. */
export const makeThoughtParagraphs = (): ThoughtText =>
  makeThoughtText((blank, isFirstThought) => blank ?? (isFirstThought ? "" : "\n\n"));
