import { failed } from "#adapters/model-api/failures.ts";
import { type ReadingPorts, readEvents } from "#adapters/model-api/read-events.ts";
import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { AnswerMachine } from "./answer-machine.ts";
import { parseDifyEvent } from "./dify-event.ts";
import type { DifyLimits } from "./dify-limits.ts";

/** A line of Dify's holds a node's inputs and outputs, or all of an answer again; a larger one is not an event of Dify's. */
const maxEventCharacters = 32 * 1024 * 1024;

export interface ReadAnswerPorts extends ReadingPorts {
  readonly machine: AnswerMachine;
  /** Whether Dify was asked to go on with a conversation. */
  readonly continues: boolean;
  readonly waits: DifyLimits;
}

/**
 * Reads an answer's event stream to its end, however it ends, within the limits.
 * @throws what the listener throws.
 */
export const readAnswer = async (
  body: AsyncIterable<Buffer>,
  { machine, continues, waits, ...ports }: ReadAnswerPorts,
): Promise<AnswerOutcome> => {
  const { hasBytes, outOfTime } = await readEvents(body, {
    ...ports,
    take: (data) => {
      const event = parseDifyEvent(data);
      return event ? machine.take(event) : [];
    },
    isOver: () => machine.state.status === "ended",
    maxEventCharacters,
    // A ping has no data, and so is no event: it shows in the bytes.
    patienceEndsAt: ({ byteAt, eventAt }) =>
      machine.state.status === "closing"
        ? eventAt + waits.twinMs
        : Math.min(byteAt + waits.silenceMs, eventAt + waits.pingsOnlyMs),
  });

  if (machine.state.status !== "reading") return machine.state.outcome;
  if (outOfTime) {
    // 1.13 to 1.14 say nothing at all, not even no, of a conversation that they do not know (A5).
    const isMute = continues && hasBytes && !machine.hasBegun && ports.clock.now() < ports.deadline;
    return isMute
      ? failed("conversation_lost", false, "pings alone")
      : failed("timeout", false, "the answer stopped coming");
  }
  // A ping is no answer: from 1.13 on it comes before a model has been asked.
  if (!machine.hasBegun) return failed("unavailable", true, "ended before the first event");
  return { status: "incomplete" };
};
