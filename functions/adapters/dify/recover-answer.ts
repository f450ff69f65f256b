import { passEvents } from "#adapters/model-api/pass-events.ts";
import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { AnswerListener, AskLimits } from "#core/answer/model.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { AnswerMachine, DetachedRun } from "./answer-machine.ts";
import type { AskedUser } from "./dify-request.ts";
import type { DifyTimeouts } from "./dify-timeouts.ts";
import { type EndedRun, hasEnded, type LookUpAnswer } from "./look-up-answer.ts";
import type { WaitForRun } from "./run-events.ts";

export interface RecoverAnswerPorts {
  readonly findRun: LookUpAnswer["findRun"];
  readonly waitForRun: WaitForRun;
  readonly clock: Clock;
  readonly timeouts: DifyTimeouts;
}

export type RecoverAnswer = (
  question: AskedUser,
  machine: AnswerMachine,
  run: DetachedRun,
  listener: AnswerListener,
  limits: AskLimits,
) => Promise<AnswerOutcome>;

const incomplete: AnswerOutcome = { status: "incomplete" };

/** Emits the missing rest of a stored answer, or replaces the emitted text if the stored text differs from it. */
export const emitFound = async (
  found: EndedRun,
  machine: AnswerMachine,
  listener: AnswerListener,
  limits: AskLimits & { readonly clock: Clock },
): Promise<AnswerOutcome> => {
  if (found.status === "ended") return found.outcome;
  if (found.status === "paused") {
    if (found.text !== undefined) await passEvents(machine.setText(found.text), listener, limits);
    return machine.pauseWith(found.forms, found.runId);
  }
  await passEvents([...machine.setText(found.text), ...found.more], listener, limits);
  return found.status === "broken_off" ? incomplete : { status: "answered" };
};

/**
 * From 1.13 on, a chatflow or workflow continues when its stream is cut, and Dify stores its answer (docs/spec/dify.md,
 * A8-8). Looks for it until the turn's deadline: when the run's events show its end, and at growing intervals.
 */
export const makeRecoverAnswer =
  ({ findRun, waitForRun, clock, timeouts }: RecoverAnswerPorts): RecoverAnswer =>
  async (question, machine, run, listener, limits) => {
    const { deadline, signal } = limits;
    const cutAt = clock.now();
    for (let pauseMs = timeouts.pollMs; ; pauseMs = Math.min(2 * pauseMs, timeouts.maxPollMs)) {
      if (signal.aborted) return incomplete;
      const isQuiet = clock.now() - cutAt >= timeouts.silenceMs;
      const found = await findRun(question, run, machine, { isQuiet, signal });
      if (hasEnded(found)) return emitFound(found, machine, listener, { ...limits, clock });
      if (clock.now() + pauseMs >= deadline) return incomplete;
      await waitForRun(question, run.runId, pauseMs, signal);
    }
  };
