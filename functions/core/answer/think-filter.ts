import { makeCodeFenceTracker } from "./code-fence-tracker.ts";
import { makeThoughtQuote } from "./thought-quote.ts";

/** The change to the visible text. */
export interface VisibleChange {
  readonly text: string;
  /** Whether `text` replaces all previous visible text. */
  readonly replacesAll: boolean;
}

export interface ThinkFilter {
  /** Adds more of the answer, split anywhere. */
  push(text: string): VisibleChange;
  /** Adds more reasoning, if the model sends it separately from the answer; returns the visible text. */
  pushThought(text: string): string;
  /** Ends the answer and returns the buffered text. */
  end(): string;
}

const opening = "<think>";
const closing = "</think>";

/** The length of the text's end that may be the beginning of a tag. */
const partialTagLength = (text: string, tags: readonly string[]): number => {
  const at = text.lastIndexOf("<");
  if (at < 0) return 0;
  const tail = text.slice(at);
  return tags.some((tag) => tag.length > tail.length && tag.startsWith(tail)) ? tail.length : 0;
};

/**
 * Separates a model's reasoning, `<think>…</think>`, from its answer, however the tags are split, and removes or quotes it.
 * Some models omit the opening tag: then all text before the closing tag is reasoning. Tags after a backtick or inside a code
 * block are literal text, and so is an opening tag within the answer that is never closed (docs/spec/dify.md, A8-5).
 */
export const makeThinkFilter = ({ quotes }: { readonly quotes: boolean }): ThinkFilter => {
  const quote = makeThoughtQuote();
  let code = makeCodeFenceTracker();
  let buffered = "";
  let inside = false;
  let seenTag = false;
  let shownAny = false;
  /** White space before the first word. It is shown with the word, or dropped with reasoning that follows. */
  let leadingBlank = "";
  let lastCharacter = "";
  let skipsBlank = false;
  /** Text hidden since an opening tag within the answer; shown if the tag is never closed. */
  let maybeLiteral: string | undefined;

  const show = (text: string): string => {
    const visible = skipsBlank || quote.begun ? text.trimStart() : leadingBlank + text;
    leadingBlank = shownAny || visible.trim() !== "" ? "" : visible;
    if (visible === leadingBlank) return "";
    const gap = quote.end();
    code.push(gap + visible);
    skipsBlank = false;
    shownAny = true;
    lastCharacter = visible.at(-1) ?? "";
    return gap + visible;
  };

  const hide = (text: string): string => {
    if (maybeLiteral !== undefined) maybeLiteral += text;
    return quotes && text !== "" ? quote.push(text) : "";
  };

  const open = (): string => {
    inside = true;
    seenTag = true;
    leadingBlank = "";
    maybeLiteral = shownAny ? opening : undefined;
    return quotes && shownAny && lastCharacter !== "\n" ? "\n\n" : "";
  };

  const close = (): void => {
    inside = false;
    maybeLiteral = undefined;
    skipsBlank = !shownAny;
    lastCharacter = "";
  };

  /** All text shown so far was reasoning. */
  const resetShown = (): void => {
    shownAny = false;
    lastCharacter = "";
    code = makeCodeFenceTracker();
  };

  /** The index of the next tag, or -1. Inside reasoning, only the closing tag counts. */
  const nextTag = (text: string): number => {
    for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1)) {
      if (text.startsWith(closing, at) || (!inside && text.startsWith(opening, at))) return at;
    }
    return -1;
  };

  const push = (more: string): VisibleChange => {
    // Fast path: most of an answer contains no tags.
    if (buffered === "" && !inside && !more.includes("<")) return { text: show(more), replacesAll: false };
    let rest = buffered + more;
    let text = "";
    let replacesAll = false;
    for (let at = nextTag(rest); at >= 0; at = nextTag(rest)) {
      const before = rest.slice(0, at);
      const tag = rest.startsWith(opening, at) ? opening : closing;
      rest = rest.slice(at + tag.length);
      if (inside) {
        text += hide(before);
        close();
        continue;
      }
      text += show(before);
      if (lastCharacter === "`" || code.inside) {
        text += show(tag);
      } else if (tag === opening) {
        text += open();
      } else if (!seenTag) {
        seenTag = true;
        skipsBlank = true;
        leadingBlank = "";
        if (quotes) {
          text += shownAny ? "\n\n" : "";
        } else {
          replacesAll ||= shownAny;
          text = "";
          resetShown();
        }
      }
    }
    const bufferedLength = partialTagLength(rest, inside ? [closing] : [opening, closing]);
    buffered = rest.slice(rest.length - bufferedLength);
    const settled = rest.slice(0, rest.length - bufferedLength);
    return { text: text + (inside ? hide(settled) : show(settled)), replacesAll };
  };

  return {
    push,
    pushThought: (text) => (quotes ? quote.push(text) : ""),
    end: () => {
      const rest = buffered;
      buffered = "";
      if (!inside) return show(rest);
      return maybeLiteral === undefined || quotes ? hide(rest) : show(maybeLiteral + rest);
    },
  };
};
