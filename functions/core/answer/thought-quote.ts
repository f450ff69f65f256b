/** Lines of a thought as a quote, without what is blank at its beginning and end. */
export interface ThoughtQuote {
  /** Whether any word of it has been shown. */
  readonly begun: boolean;
  push(text: string): string;
  /** Gives what parts it from what follows. */
  end(): string;
}

export const makeThoughtQuote = (): ThoughtQuote => {
  let begun = false;
  /** Blanks that are part of it only if a word follows. */
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
          blank += run;
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
