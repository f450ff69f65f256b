import * as v from "valibot";

/** A job that was given up. Times are in milliseconds since the epoch. */
const deadLetter = v.object({
  id: v.string(),
  turn: v.string(),
  msgUID: v.string(),
  /** The bot. */
  userId: v.string(),
  integration: v.string(),
  fromUserId: v.string(),
  reason: v.string(),
  /** Null if the queue itself gave the job up. */
  tries: v.nullable(v.number()),
  givenUpAt: v.number(),
});
export type DeadLetter = v.InferOutput<typeof deadLetter>;

export const deadLettersReply = v.object({
  deadLetters: v.array(deadLetter),
  /** Whether all of the app's dead letters could be looked at. */
  isComplete: v.boolean(),
});

/** `outcome`: how a job had ended that was not run again. */
const redriveResult = v.object({ id: v.string(), status: v.string(), outcome: v.optional(v.string()) });
export type RedriveResult = v.InferOutput<typeof redriveResult>;

export const redriveReply = v.object({ results: v.array(redriveResult) });
