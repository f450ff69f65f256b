/** A file of an answer, as Dify names it. */
export interface AnswerFile {
  /** May be relative to Dify's own host. */
  readonly url: string;
  readonly name: string | undefined;
  readonly isImage: boolean;
}

/** What an answer has cost; of a workflow Dify tells the total alone. */
export interface AnswerUsage {
  readonly promptTokens?: number | undefined;
  readonly completionTokens?: number | undefined;
  readonly totalTokens: number;
  /** A decimal number as a text, as Dify gives it; it may be "0E-7". */
  readonly totalPrice?: string | undefined;
  readonly currency?: string | undefined;
}

/** A passage of the app's knowledge that the answer rests on. */
export interface AnswerSource {
  readonly dataset?: string | undefined;
  readonly document?: string | undefined;
  readonly content?: string | undefined;
  readonly score?: number | undefined;
}

/** What Dify tells of an answer besides its text. */
export interface AnswerFacts {
  readonly usage: AnswerUsage | undefined;
  readonly sources: readonly AnswerSource[];
}
