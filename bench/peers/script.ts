import * as v from "valibot";

/** What the Dify of a bench shall answer: it is asked by a question whose text is this, as JSON. */
export const answerScript = v.object({
  deltas: v.number(),
  /** Of each delta, in characters. */
  size: v.number(),
  /** Before each delta; 0: as quick as it is taken. */
  paceMs: v.number(),
});
export type AnswerScript = v.InferOutput<typeof answerScript>;

/** What the two have seen of one turn, which is told by its user. */
export const turnResult = v.object({
  user: v.string(),
  /** From Dify's writing of the first text to the arrival of the first chunk at the IM. */
  firstMs: v.number(),
  /** Of the IM's messages for this user together, in characters. */
  length: v.number(),
  chunks: v.number(),
  messages: v.number(),
});
export type TurnResult = v.InferOutput<typeof turnResult>;

export const addresses = v.object({ difyUrl: v.string(), imUrl: v.string() });
export type Addresses = v.InferOutput<typeof addresses>;
