import type { AnswerIds } from "#core/answer/answer.ts";
import type { AnswerFacts } from "#core/answer/answer-facts.ts";
import type { TextSink } from "#core/answer/answer-pipe.ts";
import type { AnswerSink } from "#core/answer/answer-sink.ts";
import type { Clock } from "#core/shared/clock.ts";

/** What a turn has come to so far, over all tries. */
export interface TurnProgress {
  /** Dify's, once it has named one; asked on with it. */
  conversationId: string | undefined;
  /** By which Dify can be told to stop. */
  taskId: string | undefined;
  facts: AnswerFacts | undefined;
  /** How often Dify was asked. */
  asked: number;
  /** When the user's first text came, in milliseconds since the epoch. */
  firstTextAt: number | undefined;
  /** Whether what the user has before them is more than blanks. */
  hasText: boolean;
}

export const makeTurnProgress = (conversationId: string | undefined): TurnProgress => ({
  conversationId,
  taskId: undefined,
  facts: undefined,
  asked: 0,
  firstTextAt: undefined,
  hasText: false,
});

export const noteIds = (progress: TurnProgress, { taskId, conversationId }: AnswerIds): void => {
  progress.taskId = taskId;
  progress.conversationId = conversationId ?? progress.conversationId;
};

/** Passes text on to the sink, and notes that it did. */
export const noteText = (progress: TurnProgress, sink: AnswerSink, clock: Clock): TextSink => ({
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
