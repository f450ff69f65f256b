import { maxBlankCharacters } from "./answer-bounds.ts";

/** Formats reasoning as a Markdown quote, without leading and trailing white space. */
export interface ThoughtQuote {
  /** Whether any word of the quote has been returned. */
  readonly begun: boolean;
  push(text: string): string;
  /** Ends the quote and returns the separator before the text that follows. */
  end(): string;
}

export const makeThoughtQuote = (): ThoughtQuote => {
  let begun = false;
  /** White space that is returned only if a word follows. */
  let blank = "";
  const gapBefore = (): string => {
    if (!begun) return "> ";
    const lines = blank.split("\n");
    return `${"\n> ".repeat(lines.length - 1)}${lines.at(-1)}`;
  };
  return {
    get begun() {
      return begun;
    },
    push: (text) => {
      let quoted = "";
      for (const [run] of text.matchAll(/\s+|\S+/g)) {
        if (run.trim() === "") {
          blank += run.slice(0, maxBlankCharacters - blank.length);
          continue;
        }
        quoted += gapBefore() + run;
        begun = true;
        blank = "";
      }
      return quoted;
    },
    end: () => {
      const gap = begun ? "\n\n" : "";
      begun = false;
      blank = "";
      return gap;
    },
  };
};
