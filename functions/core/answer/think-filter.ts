import { makeCodeFenceTracker } from "./code-fence-tracker.ts";
import { makeThoughtQuote } from "./thought-quote.ts";

/** What more of an answer means for what is shown. */
export interface Shown {
  readonly text: string;
  /** Whether `text` takes the place of all that was shown before. */
  readonly replacesAll: boolean;
}

export interface ThinkFilter {
  /** Takes more of the answer, split anywhere. */
  push(text: string): Shown;
  /** Takes more of the reasoning, where the model separates it from the answer; returns what is shown of it. */
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

/**
 * Parts what a model thinks, `<think>…</think>`, from what it answers, however the tags are split, and drops or quotes it.
 * Some models leave the first tag out: then all before the last one was thought. Tags behind a backtick or within a block of
 * code are spoken of, and so is one within an answer that never closes (docs/spec/dify.md, A8-5).
 */
export const makeThinkFilter = ({ quotes }: { readonly quotes: boolean }): ThinkFilter => {
  const quote = makeThoughtQuote();
  let code = makeCodeFenceTracker();
  let held = "";
  let inside = false;
  let seenTag = false;
  let shownAny = false;
  /** What is blank before the first word, and goes with it or with a thought. */
  let lead = "";
  let lastCharacter = "";
  let skipsBlank = false;
  /** What a tag within an answer hides until it is closed. */
  let mayBeSpoken: string | undefined;

  const show = (text: string): string => {
    const shown = skipsBlank || quote.begun ? text.trimStart() : lead + text;
    lead = shownAny || shown.trim() !== "" ? "" : shown;
    if (shown === lead) return "";
    const gap = quote.end();
    code.push(gap + shown);
    skipsBlank = false;
    shownAny = true;
    lastCharacter = shown.at(-1) ?? "";
    return gap + shown;
  };

  const hide = (text: string): string => {
    if (mayBeSpoken !== undefined) mayBeSpoken += text;
    return quotes && text !== "" ? quote.push(text) : "";
  };

  const open = (): string => {
    inside = true;
    seenTag = true;
    lead = "";
    mayBeSpoken = shownAny ? opening : undefined;
    return quotes && shownAny && lastCharacter !== "\n" ? "\n\n" : "";
  };

  const close = (): void => {
    inside = false;
    mayBeSpoken = undefined;
    skipsBlank = !shownAny;
    lastCharacter = "";
  };

  /** All that was shown was thought. */
  const forgetShown = (): void => {
    shownAny = false;
    lastCharacter = "";
    code = makeCodeFenceTracker();
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
    if (held === "" && !inside && !more.includes("<")) return { text: show(more), replacesAll: false };
    let rest = held + more;
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
        lead = "";
        if (quotes) {
          text += shownAny ? "\n\n" : "";
        } else {
          replacesAll ||= shownAny;
          text = "";
          forgetShown();
        }
      }
    }
    const kept = heldLength(rest, inside ? [closing] : [opening, closing]);
    held = rest.slice(rest.length - kept);
    const settled = rest.slice(0, rest.length - kept);
    return { text: text + (inside ? hide(settled) : show(settled)), replacesAll };
  };

  return {
    push,
    thought: (text) => (quotes ? quote.push(text) : ""),
    end: () => {
      const rest = held;
      held = "";
      if (!inside) return show(rest);
      return mayBeSpoken === undefined || quotes ? hide(rest) : show(mayBeSpoken + rest);
    },
  };
};
