import type { AnswerFacts } from "#core/answer/answer-facts.ts";
import type { TextSink } from "#core/answer/answer-pipe.ts";
import type { AnswerSink } from "#core/answer/answer-sink.ts";
import type { Clock } from "#core/shared/clock.ts";

/** A turn's progress so far, over all attempts. */
export interface TurnProgress {
  /** The memory sent with the question; undefined in a new conversation. */
  memory: string | undefined;
  /** Whether a new conversation is tried; it replaces the old one if it gives an answer. */
  triesNewConversation: boolean;
  /** The model's reference for the turn, once known. */
  reference: string | undefined;
  facts: AnswerFacts | undefined;
  /** Number of calls to the model. */
  modelCalls: number;
  /** When the first text, reasoning or file for the user arrived, in milliseconds since the epoch. */
  firstTextAt: number | undefined;
  /** Whether the text that the user sees is more than white space. */
  hasText: boolean;
  /** Whether the user has received a file apart from the text. */
  hasFile: boolean;
}

/** `hasText`: whether an earlier worker has sent text that the answer goes on from. */
export const makeTurnProgress = (memory: string | undefined, hasText: boolean): TurnProgress => ({
  memory,
  triesNewConversation: false,
  reference: undefined,
  facts: undefined,
  modelCalls: 0,
  firstTextAt: undefined,
  hasText,
  hasFile: false,
});

/** Forwards text to the sink and records it in `progress`. */
export const trackText = (progress: TurnProgress, sink: AnswerSink, clock: Clock): TextSink => ({
  delta: (text) => {
    progress.firstTextAt ??= clock.now();
    progress.hasText ||= /\S/.test(text);
    return sink.delta(text);
  },
  replace: (text, all) => {
    progress.firstTextAt ??= clock.now();
    progress.hasText = /\S/.test(text);
    return sink.replace(text, all);
  },
  ...(sink.reasoning && {
    reasoning: (text) => {
      progress.firstTextAt ??= clock.now();
      return sink.reasoning?.(text);
    },
  }),
  ...(sink.file && {
    file: (file) => {
      progress.firstTextAt ??= clock.now();
      progress.hasFile = true;
      return sink.file?.(file);
    },
  }),
});
