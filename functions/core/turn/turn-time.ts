/** Time reserved at the end of an invocation to send the end of an answer, in milliseconds. */
export const endingMs = 60_000;

/**
 * Maximum turn time when the answer is one JSON reply, in milliseconds: the gateway closes a connection that is idle for
 * five minutes.
 */
export const maxWholeAnswerMs = 270_000;

/** Lambda's limit for an invocation, in milliseconds. */
export const maxTurnMs = 15 * 60_000;
