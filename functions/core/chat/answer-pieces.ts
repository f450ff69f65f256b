import type { ChatEvent } from "./chat-event.ts";
import type { ChatTurnId } from "./chat-turn.ts";

/** The answer of one run of a turn. */
export interface AnswerRun extends ChatTurnId {
  readonly attempt: number;
}

/** A batch of an answer's events. */
export interface AnswerPiece {
  readonly events: readonly ChatEvent[];
  /** The rest of the answer is not stored: it exceeds the size limit, or a write failed. */
  readonly isCut?: true;
}

/** Stores answers, encrypted, for clients whose connections break. */
export interface AnswerPieces {
  /** `n` counts from 0. */
  put(answer: AnswerRun, n: number, piece: AnswerPiece): Promise<void>;
  /** Returns up to `limit` consecutive pieces, starting with the `n`th. */
  read(answer: AnswerRun, n: number, limit: number): Promise<readonly AnswerPiece[]>;
}
