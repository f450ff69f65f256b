import type { AnswerPiece, AnswerPieces, AnswerRun } from "#core/chat/answer-pieces.ts";
import type { ChatEvent } from "#core/chat/chat-event.ts";

export interface MemoryPieces extends AnswerPieces {
  /** The stored pieces of an answer, in order; a hole where a piece was never written. */
  of(answer: AnswerRun): readonly (AnswerPiece | undefined)[];
  eventsOf(answer: AnswerRun): readonly ChatEvent[];
}

const keyOf = ({ appKey, turn, attempt }: AnswerRun): string => JSON.stringify([appKey, turn, attempt]);

/** Stores pieces as the guards table does. */
export const makeMemoryPieces = (): MemoryPieces => {
  const answers = new Map<string, (AnswerPiece | undefined)[]>();
  const of = (answer: AnswerRun) => answers.get(keyOf(answer)) ?? [];
  return {
    of,
    eventsOf: (answer) => of(answer).flatMap((piece) => piece?.events ?? []),
    put: async (answer, n, piece) => {
      const kept = [...of(answer)];
      kept[n] = piece;
      answers.set(keyOf(answer), kept);
    },
    read: async (answer, n, most) => {
      const found = of(answer).slice(n, n + most);
      const gap = Array.from(found).indexOf(undefined);
      return found.slice(0, gap < 0 ? undefined : gap).filter((piece) => piece !== undefined);
    },
  };
};
