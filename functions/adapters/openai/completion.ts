import { type Failed, failed } from "#adapters/model-api/failures.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import type { AnswerUsage } from "#core/answer/answer-facts.ts";
import { parseCompletionBody } from "./completion-body.ts";
import { type ErrorNames, streamFailure } from "./failures.ts";

const answered: AnswerOutcome = { status: "answered" };

const outcomeOf = (finish: string): AnswerOutcome => {
  switch (finish) {
    case "length":
    // Mistral: the model's context is full.
    case "model_length":
      return { status: "truncated", reason: "length" };
    case "content_filter":
      return { status: "truncated", reason: "content_filter" };
    case "error":
      return failed("model", false, "finish_reason error");
    default:
      return answered;
  }
};

export interface Completion {
  /** Takes the data of an event or a whole answer, and returns the resulting events. */
  take(data: string): readonly AnswerEvent[];
  /** Whether there has been any text or reasoning. */
  readonly hasSpoken: boolean;
  /** Whether reading can stop. */
  readonly isFinished: boolean;
  /** Defined once the server has sent it. Unless `isFinished`, the usage, and from some servers more text, may follow. */
  readonly outcome: AnswerOutcome | undefined;
  readonly usage: AnswerUsage | undefined;
}

/** Turns a server's chunks into an answer's events and outcome. */
export const makeCompletion = (): Completion => {
  let failure: Failed | undefined;
  let finish: string | undefined;
  let isDone = false;
  let hasSpoken = false;
  let latestUsage: AnswerUsage | undefined;

  const fail = (error: ErrorNames): readonly AnswerEvent[] => {
    // After its finish_reason the answer is complete; a later error does not change that.
    if (finish === undefined) failure = streamFailure(error);
    return [];
  };

  return {
    take: (data) => {
      if (failure || isDone) return [];
      if (data.trim() === "[DONE]") {
        isDone = true;
        return [];
      }
      const body = parseCompletionBody(data);
      if (!body) return [];
      if (body.error) return fail(body.error);
      if (!("text" in body)) return [];
      const events: AnswerEvent[] = [];
      if (body.thought !== "") events.push({ type: "thought", text: body.thought });
      if (body.text !== "") events.push({ type: "delta", text: body.text });
      hasSpoken ||= body.thought !== "" || body.text !== "";
      finish = body.finish ?? finish;
      latestUsage = body.usage ?? latestUsage;
      return events;
    },
    get hasSpoken() {
      return hasSpoken;
    },
    get isFinished() {
      return failure !== undefined || isDone;
    },
    get outcome() {
      if (failure) return failure;
      if (finish !== undefined) return outcomeOf(finish);
      return isDone ? answered : undefined;
    },
    get usage() {
      return latestUsage;
    },
  };
};
