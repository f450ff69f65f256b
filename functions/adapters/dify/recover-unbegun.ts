import { failed } from "#adapters/model-api/failures.ts";
import { passEvents } from "#adapters/model-api/pass-events.ts";
import type { AnswerOutcome } from "#core/answer/answer.ts";
import type { AnswerListener, AskLimits } from "#core/answer/model.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { AnswerMachine } from "./answer-machine.ts";
import type { BeginCheck } from "./begin-check.ts";
import { type DifyQuestion, isChat } from "./dify-request.ts";
import type { DifyTimeouts } from "./dify-timeouts.ts";
import type { FindQuestion, FoundQuestion } from "./find-question.ts";
import { hasEnded } from "./look-up-answer.ts";
import { emitFound } from "./recover-answer.ts";

export interface RecoverUnbegunPorts {
  readonly findQuestion: FindQuestion;
  readonly clock: Clock;
  readonly timeouts: DifyTimeouts;
}

/** A question whose stream ended before its first event. */
export interface UnbegunQuestion {
  readonly question: DifyQuestion;
  readonly machine: AnswerMachine;
  /** When it was asked, in seconds since the epoch by Dify's clock. */
  readonly since: number;
  /** Whether its run waits in Dify's queue or continues there, without its client. */
  readonly isDetached: boolean;
  readonly beginCheck: BeginCheck;
}

export type RecoverUnbegun = (
  unbegun: UnbegunQuestion,
  listener: AnswerListener,
  limits: AskLimits,
) => Promise<AnswerOutcome>;

const mayBeAskedAgain = failed("unavailable", true, "ended before the first event");

/**
 * Looks for the answer to a question by its message, since nothing names its run. To ask again would run it twice. A run in
 * Dify's queue is looked for until the deadline, at growing intervals. One that ends with its client may only have been about
 * to end, and is looked for until Dify has noticed that the client is gone; after that, the question may be asked again.
 */
export const makeRecoverUnbegun =
  ({ findQuestion, clock, timeouts }: RecoverUnbegunPorts): RecoverUnbegun =>
  async ({ question, machine, since, isDetached, beginCheck }, listener, limits) => {
    const { deadline, signal } = limits;
    // Dify lists neither the runs of a workflow nor the messages of a completion app.
    if (!isChat(question.integration)) return mayBeAskedAgain;
    const until = isDetached ? deadline : Math.min(deadline, clock.now() + timeouts.abandonedMs);

    /** Once: the machine ignores the ids of a turn that has begun. */
    const begin = ({ conversationId, messageId }: FoundQuestion): Promise<void> => {
      if (machine.hasBegun) return Promise.resolve();
      const ids = { conversation_id: conversationId, message_id: messageId, task_id: undefined };
      const events = machine.take({ event: "message", answer: "", ...ids });
      return passEvents(events, listener, { clock, deadline, signal });
    };

    for (let pauseMs = timeouts.pollMs; ; pauseMs = Math.min(2 * pauseMs, timeouts.maxPollMs)) {
      if (signal.aborted) return { status: "incomplete" };
      const found = await findQuestion(question, since, signal);
      // The conversation of a run that was abandoned is not continued.
      if (found && (isDetached || hasEnded(found.state))) await begin(found);
      if (found && hasEnded(found.state))
        return emitFound(found.state, machine, listener, { ...limits, clock });
      const failure = found || !isDetached ? undefined : await beginCheck.ask(signal);
      if (failure) return failure;
      if (clock.now() + pauseMs >= until) break;
      await clock.sleep(pauseMs, signal);
    }
    return isDetached ? failed("timeout", false, "the run did not end in time") : mayBeAskedAgain;
  };
