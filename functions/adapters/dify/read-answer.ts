import { failed } from "#adapters/model-api/failures.ts";
import { type ReadingPorts, readEvents } from "#adapters/model-api/read-events.ts";
import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { AnswerMachine, DetachedRun } from "./answer-machine.ts";
import { parseDifyEvent } from "./dify-event.ts";
import type { DifyLimits } from "./dify-limits.ts";
import type { EndedRun, Found } from "./look-up-answer.ts";

/** A line of Dify's holds a node's inputs and outputs, or all of an answer again; a larger one is not an event of Dify's. */
const maxEventCharacters = 32 * 1024 * 1024;

export interface ReadAnswerPorts extends ReadingPorts {
  readonly machine: AnswerMachine;
  readonly waits: DifyLimits;
  /** Asks Dify about the conversation that the question continues. */
  readonly findConversation: (signal: AbortSignal) => Promise<"found" | "lost" | "unknown">;
  /** Asks Dify which of the question's inputs it does not accept, if any; for the logs. */
  readonly findInputProblem: (signal: AbortSignal) => Promise<string | undefined>;
  /** Asks Dify what has become of a run that has fallen silent. */
  readonly findAnswer: (run: DetachedRun, signal: AbortSignal) => Promise<Found>;
  /** Passes on what was found. */
  readonly takeFound: (found: EndedRun) => Promise<AnswerOutcome>;
}

/**
 * Reads an answer's event stream to its end, however it ends, within the limits. A run waits in Dify's queue without a sign
 * of life (docs/spec/dify.md, A8-4): until it has begun it is waited for to the deadline, and Dify is asked whether it has the
 * conversation at all.
 * @throws what the listener throws.
 */
export const readAnswer = async (
  body: AsyncIterable<Buffer>,
  { machine, waits, findConversation, findInputProblem, findAnswer, takeFound, ...ports }: ReadAnswerPorts,
): Promise<AnswerOutcome> => {
  const { clock, ended } = ports;
  let heardAt = clock.now();
  let unstartedFailure: AnswerOutcome | undefined;
  let found: EndedRun | undefined;

  const heard = async function* (): AsyncGenerator<Buffer> {
    for await (const bytes of body) {
      heardAt = clock.now();
      yield bytes;
    }
  };

  /** Ends reading with a reason that the stream does not give, unless the run has begun by now. */
  const giveUp = (failure: AnswerOutcome): void => {
    if (machine.hasBegun || ended.signal.aborted) return;
    unstartedFailure = failure;
    ended.abort();
  };

  /** 1.13 to 1.14 say nothing in the stream of a conversation that they do not have, nor of inputs they refuse (A5, A7). */
  const askWhyNotStarted = async (): Promise<void> => {
    let isConversationKnown = false;
    let areInputsKnown = false;
    for (let pauseMs = waits.unstartedMs; ; pauseMs = Math.min(2 * pauseMs, waits.maxLookMs)) {
      await clock.sleep(pauseMs, ended.signal);
      if (ended.signal.aborted || machine.hasBegun || isConversationKnown) return;
      const conversation = await findConversation(ended.signal);
      isConversationKnown = conversation === "found";
      if (conversation === "lost") {
        return giveUp(failed("conversation_lost", false, "Dify does not have the conversation"));
      }
      if (areInputsKnown) continue;
      areInputsKnown = true;
      const problem = await findInputProblem(ended.signal);
      if (problem !== undefined) return giveUp(failed("refused", false, problem));
    }
  };

  /** Pings come every 10 s while a run goes on: without them, its worker may have been killed (A8-8). */
  const askForRun = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      const quietMs = clock.now() - heardAt;
      const run = machine.detachedRun;
      if (run && machine.state.status === "reading" && quietMs >= waits.quietMs) {
        const seen = await findAnswer(run, ended.signal);
        if (ended.signal.aborted || clock.now() - heardAt < waits.quietMs) continue;
        if (seen.status !== "running") {
          found = seen;
          return ended.abort();
        }
        await clock.sleep(waits.lookMs, ended.signal);
      } else {
        await clock.sleep(Math.max(waits.lookMs, waits.quietMs - quietMs), ended.signal);
      }
    }
  };

  askWhyNotStarted();
  askForRun();
  const { outOfTime } = await readEvents(heard(), {
    ...ports,
    take: (data) => {
      const event = parseDifyEvent(data);
      return event ? machine.take(event) : [];
    },
    isOver: () => machine.state.status === "ended",
    maxEventCharacters,
    // A ping has no data, and so is no event: it shows in the bytes.
    patienceEndsAt: ({ byteAt, eventAt }) => {
      if (machine.state.status === "closing") {
        return eventAt + (machine.mayBeCorrected ? waits.correctionMs : waits.twinMs);
      }
      return machine.hasBegun ? byteAt + waits.silenceMs : Number.POSITIVE_INFINITY;
    },
  });

  if (found) return takeFound(found);
  for (const event of machine.rest()) await ports.listener(event);
  if (machine.state.status !== "reading") return machine.state.outcome;
  if (unstartedFailure) return unstartedFailure;
  if (outOfTime) return failed("timeout", false, "the answer stopped coming");
  // A ping is no answer: from 1.13 on it comes before a model has been asked.
  if (!machine.hasBegun) return failed("unavailable", true, "ended before the first event");
  return { status: "incomplete" };
};
