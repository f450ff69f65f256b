/** A file of an answer, as the model names it. */
export interface AnswerFile {
  /** May be relative to the model's server (`Model.resolveLink`). */
  readonly url: string;
  readonly name: string | undefined;
  readonly isImage: boolean;
}

/** What an answer has cost. A workflow of Dify gives only the total. */
export interface AnswerUsage {
  readonly promptTokens?: number | undefined;
  readonly completionTokens?: number | undefined;
  readonly totalTokens: number;
  /** A decimal number as a string, as Dify gives it; it may be "0E-7". */
  readonly totalPrice?: string | undefined;
  readonly currency?: string | undefined;
}

/** A passage of a knowledge base that the answer is based on. */
export interface AnswerSource {
  readonly dataset?: string | undefined;
  readonly document?: string | undefined;
  readonly content?: string | undefined;
  readonly score?: number | undefined;
}

/** What is known of an answer in addition to its text. */
export interface AnswerFacts {
  readonly usage: AnswerUsage | undefined;
  readonly sources: readonly AnswerSource[];
}
