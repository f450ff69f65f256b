/** The usual interval, in milliseconds: users see text flow. */
const minIntervalMs = 200;
/** RongCloud ends a stream message after 30 s without a chunk (docs/spec/rongcloud.md, section 8). */
const maxIntervalMs = 15_000;
/** An answer has a first and a last chunk within about this time, in seconds. They do not wait, so others leave them room. */
const answerSeconds = 10;
/** Share of the IM's limit that is used: the rest is for other calls of the app, and for estimates that are too low. */
const usedShare = 0.9;
/** Share of the limit that chunks between the first and the last get at least. */
const minShare = 0.1;

/**
 * The interval between two chunks of an answer, in milliseconds, at which all answers of an app together stay below the IM's limit.
 * Of very many, the IM refuses some calls, which are made again.
 */
export const makeChunkInterval =
  (callsPerSecond: number) =>
  (answers: number): number => {
    const firstAndLast = (2 * answers) / answerSeconds;
    const left = Math.max(usedShare * callsPerSecond - firstAndLast, minShare * callsPerSecond);
    const shareMs = Math.ceil((1000 * answers) / left);
    return Math.min(Math.max(minIntervalMs, shareMs), maxIntervalMs);
  };
