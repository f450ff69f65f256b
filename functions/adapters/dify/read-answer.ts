import { failed } from "#adapters/model-api/failures.ts";
import { passEvents } from "#adapters/model-api/pass-events.ts";
import { type ReadingPorts, readEvents } from "#adapters/model-api/read-events.ts";
import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { AnswerMachine, DetachedRun } from "./answer-machine.ts";
import { type BeginCheck, type BeginCheckPorts, makeBeginCheck } from "./begin-check.ts";
import { parseDifyEvent, parseDifyEventAndIds } from "./dify-event.ts";
import type { DifyTimeouts } from "./dify-timeouts.ts";
import { type EndedRun, hasEnded, type RunState } from "./look-up-answer.ts";

export interface ReadAnswerPorts extends ReadingPorts, BeginCheckPorts {
  readonly machine: AnswerMachine;
  readonly timeouts: DifyTimeouts;
  /** Asks Dify for the state of a run. */
  readonly findRun: (run: DetachedRun, signal: AbortSignal) => Promise<RunState>;
  /** Emits the answer of a run that was found to have ended. */
  readonly emitFound: (run: EndedRun) => Promise<AnswerOutcome>;
  /** Looks for the rest of a run that continues without its client. */
  readonly recover: (run: DetachedRun) => Promise<AnswerOutcome>;
  /** Looks for the answer of a run that sent no ids. */
  readonly recoverUnbegun: (beginCheck: BeginCheck) => Promise<AnswerOutcome>;
}

/**
 * Reads an event stream to its end, whatever that is, within the limits. Dify queues runs and sends nothing while a run
 * waits (docs/spec/dify.md, A8-4). So before a run begins only the deadline limits the wait, and Dify is asked whether the run can
 * begin at all.
 * @throws what the listener throws.
 */
export const readAnswer = async (
  body: AsyncIterable<Buffer>,
  {
    machine,
    timeouts,
    findConversation,
    checkInputs,
    findRun,
    emitFound,
    recover,
    recoverUnbegun,
    ...ports
  }: ReadAnswerPorts,
): Promise<AnswerOutcome> => {
  const { clock, ended } = ports;
  const beginCheck = makeBeginCheck({ findConversation, checkInputs });
  let failureBeforeBegin: AnswerOutcome | undefined;
  let endedRun: EndedRun | undefined;

  const failUnlessBegun = (failure: AnswerOutcome): void => {
    if (machine.hasBegun || ended.signal.aborted) return;
    failureBeforeBegin = failure;
    ended.abort();
  };

  const checkWhyNotBegun = async (): Promise<void> => {
    for (let pauseMs = timeouts.notBegunMs; ; pauseMs = Math.min(2 * pauseMs, timeouts.maxPollMs)) {
      await clock.sleep(pauseMs, ended.signal);
      if (ended.signal.aborted || machine.hasBegun || beginCheck.hasPassed) return;
      const failure = await beginCheck.ask(ended.signal);
      if (failure) return failUnlessBegun(failure);
    }
  };

  /** A run without pings may have lost its worker. */
  const checkQuietRun = async (quietMs: () => number): Promise<void> => {
    while (!ended.signal.aborted) {
      const run = machine.detachedRun;
      if (!run || machine.state.status !== "reading" || quietMs() < timeouts.quietMs) {
        await clock.sleep(Math.max(timeouts.pollMs, timeouts.quietMs - quietMs()), ended.signal);
        continue;
      }
      const found = await findRun(run, ended.signal);
      const isStillQuiet = quietMs() >= timeouts.quietMs;
      if (isStillQuiet && !ended.signal.aborted && hasEnded(found)) {
        endedRun = found;
        return ended.abort();
      }
      await clock.sleep(timeouts.pollMs, ended.signal);
    }
  };

  checkWhyNotBegun();
  const { outOfTime, isTooLarge } = await readEvents(body, {
    ...ports,
    onStart: checkQuietRun,
    take: (data) => {
      const event = machine.hasBegun ? parseDifyEvent(data) : parseDifyEventAndIds(data);
      return event ? machine.take(event) : [];
    },
    isFinished: () => machine.state.status === "ended",
    // A ping has no data, so it counts as bytes but not as an event.
    quietEndsAt: ({ byteAt, eventAt }) => {
      if (machine.state.status === "closing") {
        if (machine.awaitsMessageEnd) return byteAt + timeouts.silenceMs;
        return eventAt + (machine.mayBeCorrected ? timeouts.correctionMs : timeouts.secondEndMs);
      }
      return machine.hasBegun ? byteAt + timeouts.silenceMs : Number.POSITIVE_INFINITY;
    },
  });

  if (endedRun) return emitFound(endedRun);
  // Reading has ended, so only the deadline limits this.
  const { deadline, listener } = ports;
  await passEvents(machine.flush(), listener, { clock, deadline, signal: new AbortController().signal });
  if (machine.state.status !== "reading") return machine.state.outcome;
  if (failureBeforeBegin) return failureBeforeBegin;
  const { detachedRun } = machine;
  if (isTooLarge) return { status: "incomplete" };
  if (outOfTime && !(detachedRun && clock.now() < deadline)) {
    return failed("timeout", false, "the answer stalled");
  }
  if (!machine.hasBegun) return recoverUnbegun(beginCheck);
  return detachedRun ? recover(detachedRun) : { status: "incomplete" };
};
