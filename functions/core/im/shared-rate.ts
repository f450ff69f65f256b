/** The usual interval, in milliseconds: users see text flow. */
const minIntervalMs = 200;
/** An answer has a first and a last chunk within about this time, in seconds. They do not wait, so others leave them room. */
const answerSeconds = 10;
/** Share of the IM's limit that is used: the rest is for other calls of the app, and for estimates that are too low. */
const usedShare = 0.9;
/** Share of the limit that chunks between the first and the last get at least. */
const minShare = 0.1;

/** The interval between two chunks of an answer, in milliseconds, at which all answers of an app together stay below the IM's limit. */
export const makeChunkInterval =
  (callsPerSecond: number) =>
  (answers: number): number => {
    const firstAndLast = (2 * answers) / answerSeconds;
    const left = Math.max(usedShare * callsPerSecond - firstAndLast, minShare * callsPerSecond);
    return Math.max(minIntervalMs, Math.ceil((1000 * answers) / left));
  };
