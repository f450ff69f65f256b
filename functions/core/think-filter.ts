/** What more of an answer means for what is shown. */
export interface Shown {
  readonly text: string;
  /** Whether `text` takes the place of all that was shown before. */
  readonly anew: boolean;
}

export interface ThinkFilter {
  /** Takes more of the answer, split anywhere. */
  push(text: string): Shown;
  /** Takes more of what the model thinks, where Dify parts it from the answer; gives what is shown of it. */
  thought(text: string): string;
  /** The answer has ended: gives what was held back of it. */
  end(): string;
}

const opening = "<think>";
const closing = "</think>";

/** How much of a text's end may be the beginning of a tag. */
const heldLength = (text: string, tags: readonly string[]): number => {
  const at = text.lastIndexOf("<");
  if (at < 0) return 0;
  const tail = text.slice(at);
  return tags.some((tag) => tag.length > tail.length && tag.startsWith(tail)) ? tail.length : 0;
};

/** Lines of a thought as a quote, without what is blank at its beginning and end. */
const makeQuote = () => {
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
    push: (text: string): string => {
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
    end: (): string => {
      const gap = begun ? "\n\n" : "";
      begun = false;
      blank = "";
      return gap;
    },
  };
};

/**
 * Parts what a model thinks, `<think>…</think>`, from what it answers, however the tags are split, and drops or quotes it.
 * Some models leave the first tag out: then all before the last one was thought. A tag behind a backtick is spoken of, and
 * so is one within a line that never closes (docs/spec/dify.md, A8-5).
 */
export const makeThinkFilter = ({ quotes }: { readonly quotes: boolean }): ThinkFilter => {
  const quote = makeQuote();
  let held = "";
  let inside = false;
  let seenTag = false;
  let shownAny = false;
  /** What is blank before the first word, and goes with it or with a thought. */
  let lead = "";
  let lineIsBlank = true;
  let lastCharacter = "";
  let skipsBlank = false;
  /** What a tag within a line hides until it is closed. */
  let spoken: string | undefined;

  const show = (text: string): string => {
    const shown = skipsBlank || quote.begun ? text.trimStart() : lead + text;
    lead = shownAny || shown.trim() !== "" ? "" : shown;
    if (shown === lead) return "";
    const gap = quote.end();
    skipsBlank = false;
    shownAny = true;
    lastCharacter = shown.at(-1) ?? "";
    const line = shown.slice(shown.lastIndexOf("\n") + 1);
    lineIsBlank = line.trim() === "" && (lineIsBlank || line.length < shown.length);
    return gap + shown;
  };

  const hide = (text: string): string => {
    if (spoken !== undefined) spoken += text;
    return quotes && text !== "" ? quote.push(text) : "";
  };

  const open = (): string => {
    inside = true;
    seenTag = true;
    lead = "";
    spoken = lineIsBlank ? undefined : opening;
    return quotes && !lineIsBlank ? "\n\n" : "";
  };

  const close = (): void => {
    inside = false;
    spoken = undefined;
    skipsBlank = !shownAny;
    lastCharacter = "";
  };

  /** Where the next tag stands; -1 where none does. Within a thought none but its end counts. */
  const nextTag = (text: string): number => {
    for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1)) {
      if (text.startsWith(closing, at) || (!inside && text.startsWith(opening, at))) return at;
    }
    return -1;
  };

  const push = (more: string): Shown => {
    // Most of an answer is text without any tag.
    if (held === "" && !inside && !more.includes("<")) return { text: show(more), anew: false };
    let rest = held + more;
    held = "";
    let text = "";
    let anew = false;
    for (;;) {
      const at = nextTag(rest);
      if (at < 0) break;
      const before = rest.slice(0, at);
      const tag = rest.startsWith(opening, at) ? opening : closing;
      rest = rest.slice(at + tag.length);
      if (inside) {
        text += hide(before);
        close();
        continue;
      }
      text += show(before);
      if (lastCharacter === "`") {
        text += show(tag);
      } else if (tag === opening) {
        text += open();
      } else if (!seenTag) {
        seenTag = true;
        skipsBlank = true;
        lead = "";
        if (quotes) text += shownAny ? "\n\n" : "";
        else [text, anew, shownAny, lineIsBlank] = ["", anew || shownAny, false, true];
      }
    }
    const kept = heldLength(rest, inside ? [closing] : [opening, closing]);
    held = rest.slice(rest.length - kept);
    const settled = rest.slice(0, rest.length - kept);
    return { text: text + (inside ? hide(settled) : show(settled)), anew };
  };

  return {
    push,
    thought: (text) => (quotes ? quote.push(text) : ""),
    end: () => {
      const rest = held;
      held = "";
      if (!inside) return show(rest);
      return spoken === undefined || quotes ? hide(rest) : show(spoken + rest);
    },
  };
};
