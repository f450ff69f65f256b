import type { AnswerReceiver, AnswerSink } from "#core/answer/answer-sink.ts";
import { makeKeptText } from "#core/answer/kept-text.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { questionOf } from "./question.ts";
import type { TurnReport } from "./stream-answer.ts";
import type { Turn } from "./turn.ts";
import type { StoryEnding, StoryText } from "./turn-story.ts";

export interface StoryRecorderPorts {
  readonly clock: Clock;
  /** Whether the app keeps questions and answers. */
  readonly keepsText: boolean;
}

/** Notified of each call that carries part of the answer. */
export interface DeliveryWatch {
  onSent(): void;
  onRefused(error: unknown): void;
}

/** Collects the story of one run of a turn from its receiver, its delivery and its report. */
export interface StoryRecorder extends DeliveryWatch {
  /** The receiver, with everything that reaches it noted. */
  watch(receiver: AnswerReceiver): AnswerReceiver;
  ending(turn: Turn, report: TurnReport): StoryEnding;
}

/** In characters. A record has room for both and its other fields. */
const maxTextCharacters = 8_000;

const cut = (text: string): string => text.slice(0, maxTextCharacters).toWellFormed();

const problemOf = ({ outcome, delivery }: TurnReport): Pick<StoryEnding, "outcome" | "code" | "detail"> => {
  if (delivery.status === "undelivered")
    return { outcome: "undelivered", code: outcome.status, detail: delivery.reason };
  if (outcome.status === "failed") return { outcome: "failed", code: outcome.code, detail: outcome.detail };
  if (outcome.status === "truncated") return { outcome: "truncated", code: outcome.reason };
  return { outcome: outcome.status };
};

export const makeStoryRecorder = ({ clock, keepsText }: StoryRecorderPorts): StoryRecorder => {
  let askedAt: number | undefined;
  let lastTextAt: number | undefined;
  let firstSentAt: number | undefined;
  let deliveredAt: number | undefined;
  let chunks = 0;
  let refusals = 0;
  let rateLimited = 0;
  const answer = keepsText ? makeKeptText() : undefined;

  const watchSink = (sink: AnswerSink): AnswerSink => ({
    ...sink,
    delta: (text) => {
      lastTextAt = clock.now();
      answer?.append(text);
      return sink.delta(text);
    },
    replace: (text, all) => {
      lastTextAt = clock.now();
      answer?.replace(text);
      return sink.replace(text, all);
    },
    end: async (ending) => {
      const delivery = await sink.end(ending);
      if (delivery.status === "delivered") deliveredAt = clock.now();
      return delivery;
    },
  });

  const textOf = ({ bot, integration, event }: Turn): StoryText | undefined =>
    answer && {
      question: cut(questionOf(bot, integration, event)?.text ?? ""),
      answer: cut(answer.text),
    };

  return {
    onSent: () => {
      firstSentAt ??= clock.now();
      chunks += 1;
    },
    onRefused: (error) => {
      refusals += 1;
      if (error instanceof BridgeError && error.code === "rate_limited") rateLimited += 1;
    },
    watch: (receiver) => ({
      ...receiver,
      observer: {
        ...receiver.observer,
        onModelCalled: () => {
          askedAt ??= clock.now();
          receiver.observer?.onModelCalled?.();
        },
      },
      sink: watchSink(receiver.sink),
    }),
    ending: (turn, report) => ({
      ...problemOf(report),
      askedAt,
      firstTextAt: report.firstTextAt,
      lastTextAt,
      firstSentAt,
      deliveredAt,
      endedAt: clock.now(),
      modelCalls: report.modelCalls,
      chunks,
      refusals,
      rateLimited,
      integration: turn.integration.type,
      ids: report.ids,
      usage: report.usage,
      text: textOf(turn),
    }),
  };
};
