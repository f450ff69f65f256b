import { passEvents } from "#adapters/model-api/pass-events.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import type { AnswerListener, AskLimits } from "#core/answer/model.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { AnswerMachine, DetachedRun } from "./answer-machine.ts";
import type { DifyLimits } from "./dify-limits.ts";
import type { DifyQuestion } from "./dify-request.ts";
import type { EndedRun, LookUpAnswer } from "./look-up-answer.ts";

export interface RecoverAnswerPorts {
  readonly lookUpAnswer: LookUpAnswer;
  readonly clock: Clock;
  readonly waits: DifyLimits;
}

export type RecoverAnswer = (
  question: DifyQuestion,
  machine: AnswerMachine,
  run: DetachedRun,
  listener: AnswerListener,
  limits: AskLimits,
) => Promise<AnswerOutcome>;

const incomplete: AnswerOutcome = { status: "incomplete" };

/**
 * Brings what is still missing of an answer that was looked up; where it is stored otherwise than it was said, all of it, in
 * the place of what was said.
 */
export const takeFound = async (
  found: EndedRun,
  machine: AnswerMachine,
  listener: AnswerListener,
  limits: AskLimits & { readonly clock: Clock },
): Promise<AnswerOutcome> => {
  if (found.status === "ended") return found.outcome;
  const rest = machine.said.restOf(found.text);
  const text: AnswerEvent =
    rest === undefined ? { type: "replace", text: found.text } : { type: "delta", text: rest };
  await passEvents([text, ...found.more], listener, limits);
  return found.status === "broken_off" ? incomplete : { status: "answered" };
};

/**
 * A chatflow or workflow from 1.13 on runs to its end when its stream is cut, and keeps its answer (docs/spec/dify.md, A8-8).
 * Looks for it until the turn's deadline, more and more rarely.
 */
export const makeRecoverAnswer =
  ({ lookUpAnswer, clock, waits }: RecoverAnswerPorts): RecoverAnswer =>
  async (question, machine, run, listener, limits) => {
    const { deadline, signal } = limits;
    const cutAt = clock.now();
    for (let pauseMs = waits.lookMs; ; pauseMs = Math.min(2 * pauseMs, waits.maxLookMs)) {
      const isQuiet = clock.now() - cutAt >= waits.silenceMs;
      const found = await lookUpAnswer.findAnswer(question, run, machine, { isQuiet, signal });
      if (found.status !== "running") return takeFound(found, machine, listener, { ...limits, clock });
      if (signal.aborted || clock.now() + pauseMs >= deadline) return incomplete;
      await clock.sleep(pauseMs, signal);
    }
  };
