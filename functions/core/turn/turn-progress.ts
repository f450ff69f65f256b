import type { AnswerFacts } from "#core/answer/answer-facts.ts";
import type { TextSink } from "#core/answer/answer-pipe.ts";
import type { AnswerSink } from "#core/answer/answer-sink.ts";
import type { Clock } from "#core/shared/clock.ts";

/** What a turn has come to so far, over all tries. */
export interface TurnProgress {
  /** What the model is asked with; undefined where a conversation begins. */
  memory: string | undefined;
  /** What the model calls the turn, once it has named it. */
  reference: string | undefined;
  facts: AnswerFacts | undefined;
  /** How often the model was asked. */
  modelCalls: number;
  /** When the user's first text came, in milliseconds since the epoch. */
  firstTextAt: number | undefined;
  /** Whether what the user has before them is more than white space. */
  hasText: boolean;
}

export const makeTurnProgress = (memory: string | undefined): TurnProgress => ({
  memory,
  reference: undefined,
  facts: undefined,
  modelCalls: 0,
  firstTextAt: undefined,
  hasText: false,
});

/** Passes text on to the sink, and notes that it did. */
export const trackText = (progress: TurnProgress, sink: AnswerSink, clock: Clock): TextSink => ({
  delta: (text) => {
    progress.firstTextAt ??= clock.now();
    progress.hasText ||= /\S/.test(text);
    return sink.delta(text);
  },
  replace: (text) => {
    progress.firstTextAt ??= clock.now();
    progress.hasText = /\S/.test(text);
    return sink.replace(text);
  },
});
