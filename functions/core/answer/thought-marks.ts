/** Where a mark stands in a text that comes piece by piece. */
export interface MarkPattern {
  /** How long the mark is that stands at this place; 0 where none does. */
  lengthAt(text: string, at: number): number;
  /** Whether more of the text may make this end of it a mark. */
  mayBegin(end: string): boolean;
}

/** How a model sets what it thinks apart from what it answers. */
export interface ThoughtMark {
  readonly opening: MarkPattern;
  readonly closing: MarkPattern;
  /** Whether some models leave the opening out: then all before the first closing was thought. */
  readonly mayLackOpening: boolean;
}

/** What marks begin with. */
export const markStart = /[<◁]/g;

const literals = (...marks: string[]): MarkPattern => ({
  lengthAt: (text, at) => marks.find((mark) => text.startsWith(mark, at))?.length ?? 0,
  mayBegin: (end) => marks.some((mark) => mark.length > end.length && mark.startsWith(end)),
});

/** In characters. A longer one is no tag. */
const maxTagLength = 300;

/** A sticky pattern of the whole mark, and a pattern of its beginnings. */
const pattern = (whole: RegExp, beginning: RegExp): MarkPattern => ({
  lengthAt: (text, at) => {
    whole.lastIndex = at;
    return whole.exec(text)?.[0].length ?? 0;
  },
  mayBegin: (end) => end.length < maxTagLength && beginning.test(end),
});

/** `t(?:h(?:i(?:n(?:k)?)?)?)?`: the beginnings of a word. */
const beginningsOf = (word: string): string =>
  [...word].reduceRight((rest, letter) => `(?:${letter}${rest})?`, "");

/** A tag as in HTML, in any case, with blanks and attributes. */
const tag = (name: string, slash: "" | "/"): MarkPattern =>
  pattern(
    new RegExp(`<\\s*${slash}\\s*${name}(?:\\s[^<>]{0,${maxTagLength}})?>`, "iy"),
    new RegExp(`^<\\s*(?:${slash}\\s*(?:${beginningsOf(name)}|${name}\\s[^<>]*))?$`, "i"),
  );

const tagged = (name: string): ThoughtMark => ({
  opening: tag(name, ""),
  closing: tag(name, "/"),
  mayLackOpening: true,
});

/** The names of the tags that models and their servers use; `options.thinkingTags` replaces them. */
export const defaultThinkingTags = ["think", "thinking", "thought", "reasoning"] as const;

const otherMarks: readonly ThoughtMark[] = [
  {
    // Dify 0.15 writes thoughts so. Other details are part of the answer.
    opening: pattern(
      /<details(?:\s[^<>]*)?>\s*<summary(?:\s[^<>]*)?>\s*Thinking[.…\s]*<\/summary>/iy,
      /^<(?:d(?:e(?:t(?:a(?:i(?:l)?)?)?)?)?)?$|^<details(?:\s[^<>]*)?(?:>\s*(?:<[^<>]*(?:>[^<]*(?:<[^<>]*)?)?)?)?$/i,
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
    // gpt-oss. What follows is in the channel "final".
    opening: literals(
      ...["analysis", "commentary"].flatMap((channel) => [
        `<|start|>assistant<|channel|>${channel}<|message|>`,
        `<|channel|>${channel}<|message|>`,
      ]),
    ),
    closing: literals(
      "<|end|>",
      "<|start|>assistant<|channel|>final<|message|>",
      "<|channel|>final<|message|>",
    ),
    mayLackOpening: false,
  },
];

/** What gpt-oss puts around its answer, and is no part of it. */
export const answerMarks: MarkPattern = literals(
  "<|start|>assistant<|channel|>final<|message|>",
  "<|channel|>final<|message|>",
  "<|return|>",
);

export const thoughtMarks = (tags: readonly string[]): readonly ThoughtMark[] => [
  ...tags.map(tagged),
  ...otherMarks,
];
