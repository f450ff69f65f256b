import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { AnswerPiece, AnswerPieces, KeptAnswer } from "./answer-pieces.ts";
import type { ChatEvent } from "./chat-event.ts";

export interface AnswerJournalPorts {
  readonly pieces: Pick<AnswerPieces, "put">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Keeps an answer while it goes out; whoever adds to it never waits. */
export interface AnswerJournal {
  add(event: ChatEvent): void;
  /** Resolves once all of it is kept, or given up. Never rejects. */
  close(): Promise<void>;
}

const gatherMs = 500;
/** In characters. One is up to six bytes in JSON, which are eight once they are sealed; a record takes 400 KB. */
const mostInPiece = 32 * 1024;
/** In characters of JSON, of up to three bytes each: an end with its sources stands alone, and cannot be parted. */
const mostInEvent = 64 * 1024;
/** In characters of all together. */
const mostInAll = 1024 * 1024;

/** Text that follows on text becomes one event: clients know positions, not events. */
const join = (events: readonly ChatEvent[], next: ChatEvent): ChatEvent[] => {
  const last = events.at(-1);
  return last?.type === "delta" && next.type === "delta"
    ? [...events.slice(0, -1), { type: "delta", content: last.content + next.content }]
    : [...events, next];
};

/** So that each fits in a piece; what follows on the first of a replacement is text like any other. */
const partsOf = (event: ChatEvent): ChatEvent[] => {
  if (!("content" in event)) return [event];
  const parts: ChatEvent[] = [{ ...event, content: event.content.slice(0, mostInPiece) }];
  for (let at = mostInPiece; at < event.content.length; at += mostInPiece) {
    parts.push({ type: "delta", content: event.content.slice(at, at + mostInPiece) });
  }
  return parts;
};

const sizeOf = (event: ChatEvent): number =>
  "content" in event ? event.content.length : JSON.stringify(event).length;

const isTooLarge = (event: ChatEvent): boolean => !("content" in event) && sizeOf(event) > mostInEvent;

export const makeAnswerJournal =
  ({ pieces, clock, log }: AnswerJournalPorts) =>
  (answer: KeptAnswer): AnswerJournal => {
    const closed = new AbortController();
    let waiting: ChatEvent[] = [];
    let size = 0;
    let total = 0;
    let n = 0;
    let isCut = false;
    /** There is a gap, which nobody can read past. */
    let isGivenUp = false;
    let writing: Promise<void> = Promise.resolve();

    const giveUp = (error: unknown): void => {
      log.warn("answer_not_kept", { app: answer.appKey, turn: answer.turn, reason: String(error) });
      isGivenUp = true;
    };
    const put = (piece: AnswerPiece): void => {
      const at = n;
      n += 1;
      // One after the other: who reads must not find a gap that will be filled.
      writing = writing.then(() => (isGivenUp ? undefined : pieces.put(answer, at, piece))).catch(giveUp);
    };
    const write = (): void => {
      if (waiting.length > 0) put({ events: waiting });
      [waiting, size] = [[], 0];
    };

    const gather = async (): Promise<void> => {
      while (!closed.signal.aborted) {
        await clock.sleep(gatherMs, closed.signal);
        write();
      }
    };
    void gather();

    return {
      add: (event) => {
        if (isCut || isGivenUp) return;
        total += sizeOf(event);
        if (total > mostInAll || isTooLarge(event)) {
          write();
          put({ events: [], isCut: true });
          isCut = true;
          return;
        }
        for (const part of partsOf(event)) {
          if (size + sizeOf(part) > mostInPiece) write();
          waiting = join(waiting, part);
          size += sizeOf(part);
        }
      },
      close: async () => {
        closed.abort();
        write();
        await writing;
      },
    };
  };
