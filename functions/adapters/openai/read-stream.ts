import { failed } from "#adapters/model-api/failures.ts";
import { type ReadingPorts, readEvents } from "#adapters/model-api/read-events.ts";
import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { Completion } from "./completion.ts";
import type { OpenAiTimeouts } from "./openai-timeouts.ts";

export interface ReadStreamPorts extends ReadingPorts {
  readonly completion: Completion;
  readonly timeouts: OpenAiTimeouts;
  /** When the first text must have arrived, in milliseconds since the epoch. */
  readonly firstTextBy: number;
}

/**
 * Reads a streamed completion to its end, however it ends, within the limits.
 * @throws what the listener throws.
 */
export const readStream = async (
  body: AsyncIterable<Buffer>,
  { completion, timeouts, firstTextBy, ...ports }: ReadStreamPorts,
): Promise<AnswerOutcome> => {
  const { outOfTime, isTooLarge } = await readEvents(body, {
    ...ports,
    take: completion.take,
    isFinished: () => completion.isFinished || ports.ended.signal.aborted,
    quietEndsAt: ({ byteAt, eventAt }) => {
      if (completion.outcome) return eventAt + timeouts.closingMs;
      if (!completion.hasSpoken) return firstTextBy;
      return Math.min(byteAt + timeouts.silenceMs, eventAt + timeouts.commentsOnlyMs);
    },
  });
  if (completion.outcome) return completion.outcome;
  if (isTooLarge) return { status: "incomplete" };
  if (outOfTime) return failed("timeout", false, "the answer stalled");
  return completion.hasSpoken
    ? { status: "incomplete" }
    : failed("unavailable", true, "ended before the first text");
};
