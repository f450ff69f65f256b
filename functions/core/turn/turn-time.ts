/** Time reserved at the end of an invocation to send the end of an answer, in milliseconds. */
export const endingMs = 60_000;

/** The longest turn whose answer is sent whole, in milliseconds: the gateway cuts a reply that is silent for five minutes. */
export const maxWholeAnswerMs = 270_000;

/** Lambda's limit for an invocation, in milliseconds. */
export const maxTurnMs = 15 * 60_000;
