import * as v from "valibot";

/** The answer that a benchmark's Dify sends; its question's text is this object as JSON. */
export const answerScript = v.object({
  deltas: v.number(),
  /** Characters per delta. */
  size: v.number(),
  /** Delay before the first delta. */
  firstMs: v.number(),
  /** Delay before each further delta; 0: as fast as it is read. */
  paceMs: v.number(),
  /** The text of each delta, in place of its size. */
  word: v.exactOptional(v.string()),
});
export type AnswerScript = v.InferOutput<typeof answerScript>;

/** The observations of both servers for one turn, identified by its user. */
export const turnResult = v.object({
  user: v.string(),
  /** Time from Dify writing the first text to the first chunk at the IM. */
  firstMs: v.number(),
  /** Time from Dify ending its answer to the last chunk at the IM. */
  endMs: v.number(),
  /** Total characters of the IM's messages to this user. */
  length: v.number(),
  chunks: v.number(),
  messages: v.number(),
});
export type TurnResult = v.InferOutput<typeof turnResult>;

export const addresses = v.object({ difyUrl: v.string(), imUrl: v.string() });
export type Addresses = v.InferOutput<typeof addresses>;
