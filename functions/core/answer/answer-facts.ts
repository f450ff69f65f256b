import { maxSources, maxSourcesCharacters } from "./answer-bounds.ts";

/** What a client can do with a file; any other file is a document. */
export const answerFileKinds = ["image", "document", "audio", "video"] as const;
export type AnswerFileKind = (typeof answerFileKinds)[number];

/** A file in an answer, as the model describes it. */
export interface AnswerFile {
  readonly kind: AnswerFileKind;
  /** May be relative to the model's server; see `Model.resolveLink`. */
  readonly url: string;
  readonly name: string | undefined;
}

/** The cost of an answer. Dify workflows report only the total. */
export interface AnswerUsage {
  readonly promptTokens?: number | undefined;
  readonly completionTokens?: number | undefined;
  readonly totalTokens: number;
  /** A decimal number as a string, as Dify sends it, for example "0.0012" or "0E-7". */
  readonly totalPrice?: string | undefined;
  readonly currency?: string | undefined;
}

/** A knowledge base passage that the answer is based on. */
export interface AnswerSource {
  readonly dataset?: string | undefined;
  readonly document?: string | undefined;
  readonly content?: string | undefined;
  readonly score?: number | undefined;
}

/** An answer's data in addition to its text. */
export interface AnswerFacts {
  readonly usage: AnswerUsage | undefined;
  readonly sources: readonly AnswerSource[];
}

const sizeOf = ({ dataset = "", document = "", content = "" }: AnswerSource): number =>
  dataset.length + document.length + content.length;

/** The facts with only the first sources, if there are more than an answer may have. */
export const limitFacts = ({ usage, sources }: AnswerFacts): AnswerFacts => {
  let size = 0;
  const first = sources.slice(0, maxSources).filter((source) => {
    size += sizeOf(source);
    return size <= maxSourcesCharacters;
  });
  return { usage, sources: first };
};
