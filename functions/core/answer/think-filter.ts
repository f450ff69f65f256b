import { defaultThinkingTags } from "#core/bot/options.ts";
import { maxBlankCharacters, maxKeptCharacters } from "./answer-bounds.ts";
import { makeCodeFenceTracker } from "./code-fence-tracker.ts";
import { makeKeptText } from "./kept-text.ts";
import { answerMarks, type MarkPattern, markStart, type ThoughtMark, thoughtMarks } from "./thought-marks.ts";
import { makeThoughtParagraphs, makeThoughtQuotes } from "./thought-text.ts";

/** The change to the visible text. */
export interface VisibleChange {
  readonly text: string;
  /** Whether `text` replaces all previous visible text. */
  readonly replacesAll: boolean;
}

export interface ThinkFilter {
  /** Whether the text after an opening mark within the answer is too long to be kept. It then counts as reasoning. */
  readonly isFull: boolean;
  /** Adds more of the answer, split anywhere. */
  push(text: string): VisibleChange;
  /** Adds more reasoning, if the model sends it separately from the answer; returns the visible text. */
  pushThought(text: string): string;
  /** Ends the answer and returns the buffered text. */
  end(): string;
}

export interface ThinkFilterOptions {
  /** Whether reasoning is shown, as a quote. */
  readonly quotes: boolean;
  /** Receives reasoning, apart from a text without it. Called before the text that follows it is returned. */
  readonly onThought?: ((text: string) => void) | undefined;
  /** Names of the tags around reasoning. */
  readonly tags?: readonly string[] | undefined;
}

/** Whether a closing mark after this character is mentioned rather than used: models put theirs at the end of a line. */
const isProse = (before: string): boolean => /[ \t"'“‘(（]/.test(before);

type FoundMark =
  | { readonly kind: "opening" | "closing"; readonly mark: ThoughtMark }
  /** A mark around the answer. */
  | { readonly kind: "dropped" };

type Candidate = readonly [FoundMark, MarkPattern];

/** The marks that count outside of reasoning. */
const marksOutside = (tags: readonly string[]): readonly Candidate[] => {
  const marks = thoughtMarks(tags);
  return [
    ...marks.map((mark): Candidate => [{ kind: "opening", mark }, mark.opening]),
    ...marks
      .filter(({ mayLackOpening }) => mayLackOpening)
      .map((mark): Candidate => [{ kind: "closing", mark }, mark.closing]),
    [{ kind: "dropped" }, answerMarks],
  ];
};

/**
 * Separates a model's reasoning, `<think>…</think>` or another mark (`thoughtMarks`), from its answer, however the marks are
 * split, and removes or quotes it. Some models omit the opening mark: then all text before the closing mark is reasoning. Marks
 * after a backtick or inside a code block are literal text, and so is an opening mark within the answer that is never closed
 * (docs/spec/dify.md, A8-5).
 */
export const makeThinkFilter = ({
  quotes,
  onThought,
  tags = defaultThinkingTags,
}: ThinkFilterOptions): ThinkFilter => {
  const outside = marksOutside(tags);
  const isHidden = !quotes && !onThought;
  const quote = makeThoughtQuotes();
  const paragraphs = makeThoughtParagraphs();
  let code = makeCodeFenceTracker();
  let buffered = "";
  let inside: ThoughtMark | undefined;
  let seenTag = false;
  let shownAny = false;
  /** White space before the first word. It is shown with the word, or dropped with reasoning that follows. */
  let leadingBlank = "";
  let lastCharacter = "";
  let skipsBlank = false;
  /** Text hidden since an opening mark within the answer; shown if the mark is never closed. */
  let maybeLiteral: string | undefined;
  let isFull = false;
  /** The text so far, until a mark shows what it is: without an opening mark, it may be reasoning. */
  const unproven = onThought ? makeKeptText() : undefined;

  /** Returns the visible text. */
  const think = (text: string): string => {
    if (text === "" || isHidden) return "";
    if (quotes) return quote.push(text);
    const thought = paragraphs.push(text);
    if (thought !== "") onThought?.(thought);
    return "";
  };

  const endThought = (): string => {
    const gap = quote.begun ? "\n\n" : "";
    quote.end();
    paragraphs.end();
    return gap;
  };

  const show = (text: string): string => {
    const visible = skipsBlank || quote.begun ? text.trimStart() : leadingBlank + text;
    const isBlank = visible === "" || (!shownAny && visible.trim() === "");
    leadingBlank = isBlank && !shownAny ? visible.slice(0, maxBlankCharacters) : "";
    if (isBlank) return "";
    const gap = endThought();
    if (!seenTag) unproven?.append(visible);
    code.push(gap + visible);
    skipsBlank = false;
    shownAny = true;
    lastCharacter = visible.at(-1) ?? "";
    return gap + visible;
  };

  const hide = (text: string): string => {
    if (maybeLiteral !== undefined) maybeLiteral += text;
    if (maybeLiteral !== undefined && maybeLiteral.length > maxKeptCharacters) {
      maybeLiteral = undefined;
      isFull = true;
    }
    return think(text);
  };

  const open = (mark: ThoughtMark, written: string): string => {
    inside = mark;
    seenTag = true;
    leadingBlank = "";
    maybeLiteral = shownAny && !quotes ? written : undefined;
    return quotes && shownAny && lastCharacter !== "\n" ? "\n\n" : "";
  };

  const close = (): void => {
    inside = undefined;
    maybeLiteral = undefined;
    skipsBlank = !shownAny;
    lastCharacter = "";
    paragraphs.end();
  };

  /** All text shown so far was reasoning. */
  const resetShown = (): void => {
    shownAny = false;
    lastCharacter = "";
    code = makeCodeFenceTracker();
  };

  /** The marks that count here: inside reasoning, only its closing mark. */
  const marksHere = (): readonly Candidate[] =>
    inside ? [[{ kind: "closing", mark: inside }, inside.closing]] : outside;

  const markAt = (text: string, at: number): (FoundMark & { readonly length: number }) | undefined => {
    for (const [found, pattern] of marksHere()) {
      const length = pattern.lengthAt(text, at);
      if (length > 0) return { ...found, length };
    }
    return undefined;
  };

  const nextMark = (text: string) => {
    for (const { index } of text.matchAll(markStart)) {
      const found = markAt(text, index);
      if (found) return { ...found, at: index };
    }
    return undefined;
  };

  /** The length of the text's end that may be the beginning of a mark. */
  const partialMarkLength = (text: string): number => {
    for (const { index } of text.matchAll(markStart)) {
      const end = text.slice(index);
      if (marksHere().some(([, pattern]) => pattern.mayBegin(end))) return end.length;
    }
    return 0;
  };

  const push = (more: string): VisibleChange => {
    // Fast path: most of an answer contains no marks.
    if (buffered === "" && !inside && more.search(markStart) < 0)
      return { text: show(more), replacesAll: false };
    let rest = buffered + more;
    let text = "";
    let replacesAll = false;
    for (let found = nextMark(rest); found; found = nextMark(rest)) {
      const before = rest.slice(0, found.at);
      const written = rest.slice(found.at, found.at + found.length);
      rest = rest.slice(found.at + found.length);
      if (inside) {
        text += hide(before);
        close();
        continue;
      }
      text += show(before);
      if (lastCharacter === "`" || code.inside) {
        text += show(written);
      } else if (found.kind === "opening") {
        text += open(found.mark, written);
      } else if (found.kind === "closing" && !seenTag && isProse(lastCharacter)) {
        text += show(written);
      } else if (found.kind === "closing" && !seenTag) {
        seenTag = true;
        skipsBlank = true;
        leadingBlank = "";
        if (quotes) {
          text += shownAny ? "\n\n" : "";
        } else {
          replacesAll ||= shownAny;
          text = "";
          think(unproven?.text ?? "");
          endThought();
          resetShown();
        }
      }
    }
    const bufferedLength = partialMarkLength(rest);
    buffered = rest.slice(rest.length - bufferedLength);
    const settled = rest.slice(0, rest.length - bufferedLength);
    return { text: text + (inside ? hide(settled) : show(settled)), replacesAll };
  };

  return {
    get isFull() {
      return isFull;
    },
    push,
    pushThought: think,
    end: () => {
      const rest = buffered;
      buffered = "";
      if (!inside) return show(rest);
      return maybeLiteral === undefined ? hide(rest) : show(maybeLiteral + rest);
    },
  };
};
