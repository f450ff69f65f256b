import type { ChatEvent } from "./chat-event.ts";
import type { ChatTurnId } from "./chat-turn.ts";

/** The answer of one run of a turn. */
export interface StoredAnswer extends ChatTurnId {
  readonly attempt: number;
}

/** A piece of an answer, as it was gathered. */
export interface AnswerPiece {
  readonly events: readonly ChatEvent[];
  /** Nothing more is kept: the answer was longer than what may be. */
  readonly isCut?: true;
}

/** Keeps answers for clients whose connections break. Nobody else can read them. */
export interface AnswerPieces {
  /** `n` counts from 0. */
  put(answer: StoredAnswer, n: number, piece: AnswerPiece): Promise<void>;
  /** Those there are from the `n`th on, without a gap, `most` at most. */
  read(answer: StoredAnswer, n: number, most: number): Promise<readonly AnswerPiece[]>;
}
