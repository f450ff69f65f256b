/** What is left of a function's time when a turn must have its answer, in milliseconds: enough to bring on the end of it. */
export const endingMs = 60_000;

/** How long a turn may take that is answered whole, in milliseconds: the gateway cuts a reply that is silent for five minutes. */
export const longestWholeMs = 270_000;

/** AWS's own limit for a function, in milliseconds. */
export const longestTurnMs = 15 * 60_000;
