/** Recognises a mark in a text that is received in pieces. */
export interface MarkPattern {
  /** The length of the mark at this position; 0 if there is none. */
  lengthAt(text: string, at: number): number;
  /** Whether the end of a text may be the beginning of a mark. */
  mayBegin(end: string): boolean;
}

/** How a model separates its reasoning from its answer. */
export interface ThoughtMark {
  readonly opening: MarkPattern;
  readonly closing: MarkPattern;
  /** Whether some models omit the opening mark: then all text before the first closing mark is reasoning. */
  readonly mayLackOpening: boolean;
}

/** The first characters of marks. */
export const markStart = /[<◁]/g;

const literals = (...marks: string[]): MarkPattern => ({
  lengthAt: (text, at) => marks.find((mark) => text.startsWith(mark, at))?.length ?? 0,
  mayBegin: (end) => marks.some((mark) => mark.length > end.length && mark.startsWith(end)),
});

/** In characters. Anything longer is not treated as a tag. */
const maxTagLength = 300;

/** `whole` is sticky; `beginning` matches every beginning of the mark. */
const pattern = (whole: RegExp, beginning: RegExp): MarkPattern => ({
  lengthAt: (text, at) => {
    whole.lastIndex = at;
    return whole.exec(text)?.[0].length ?? 0;
  },
  mayBegin: (end) => end.length < maxTagLength && beginning.test(end),
});

/** A pattern for the beginnings of a word: `(?:t(?:h(?:i(?:n(?:k)?)?)?)?)?`. */
const beginningsOf = (word: string): string =>
  [...word].reduceRight((rest, letter) => `(?:${letter}${rest})?`, "");

/** A tag as in HTML: in any case, with white space and attributes. */
const tag = (name: string, slash: "" | "/"): MarkPattern =>
  pattern(
    new RegExp(`<\\s{0,20}${slash && "/\\s{0,20}"}${name}(?:\\s[^<>]{0,${maxTagLength}})?>`, "iy"),
    new RegExp(`^<\\s*(?:${slash && "/\\s*"}(?:${beginningsOf(name)}|${name}\\s[^<>]*))?$`, "i"),
  );

const tagged = (name: string): ThoughtMark => ({
  opening: tag(name, ""),
  closing: tag(name, "/"),
  mayLackOpening: true,
});

/** Where a message of gpt-oss in this channel begins. */
const channelMarks = (channel: string): string[] => [
  `<|start|>assistant<|channel|>${channel}<|message|>`,
  `<|channel|>${channel}<|message|>`,
];

const otherMarks: readonly ThoughtMark[] = [
  {
    // The format of Dify 0.15. Other `details` elements are part of the answer.
    opening: pattern(
      /<details(?:\s[^<>]*)?>\s*<summary(?:\s[^<>]*)?>\s*Thinking[.…\s]*<\/summary>/iy,
      new RegExp(
        `^<${beginningsOf("detail")}$|^<details(?:\\s[^<>]*)?(?:>\\s*(?:<[^<>]*(?:>[^<]*(?:<[^<>]*)?)?)?)?$`,
        "i",
      ),
    ),
    closing: tag("details", "/"),
    mayLackOpening: false,
  },
  {
    opening: literals("◁think▷"),
    closing: literals("◁/think▷"),
    mayLackOpening: true,
  },
  {
    // Gemma.
    opening: literals("<|channel>thought"),
    closing: literals("<channel|>"),
    mayLackOpening: false,
  },
  {
    // gpt-oss. Its answer is in the channel "final".
    opening: literals(...channelMarks("analysis"), ...channelMarks("commentary")),
    closing: literals("<|end|>", ...channelMarks("final")),
    mayLackOpening: false,
  },
];

/** Marks of gpt-oss around its answer, which are not part of it. */
export const answerMarks: MarkPattern = literals(...channelMarks("final"), "<|return|>");

export const thoughtMarks = (tags: readonly string[]): readonly ThoughtMark[] => [
  ...tags.map(tagged),
  ...otherMarks,
];
