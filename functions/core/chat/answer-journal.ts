import type { Clock } from "../clock.ts";
import type { Log } from "../log.ts";
import type { AnswerPieces, KeptAnswer } from "./answer-pieces.ts";
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
/** In characters of a piece's text; a record takes 400 KB. */
const mostInPiece = 64 * 1024;
/** In characters of all text together. */
const mostInAll = 1024 * 1024;

/** Text that follows on text becomes one event: clients know positions, not events. */
const join = (events: readonly ChatEvent[], next: ChatEvent): ChatEvent[] => {
  const last = events.at(-1);
  return last?.type === "delta" && next.type === "delta"
    ? [...events.slice(0, -1), { type: "delta", content: last.content + next.content }]
    : [...events, next];
};

const sizeOf = (event: ChatEvent): number => ("content" in event ? event.content.length : 0);

export const makeAnswerJournal =
  ({ pieces, clock, log }: AnswerJournalPorts) =>
  (answer: KeptAnswer): AnswerJournal => {
    const closed = new AbortController();
    let waiting: ChatEvent[] = [];
    let size = 0;
    let total = 0;
    let n = 0;
    let isCut = false;
    let writing: Promise<void> = Promise.resolve();

    const write = (): void => {
      if (waiting.length === 0) return;
      const piece = { events: waiting, ...(isCut && { isCut: true as const }) };
      const at = n;
      [waiting, size, n] = [[], 0, n + 1];
      // One after the other: who reads must not find a gap that will be filled.
      writing = writing
        .then(() => pieces.put(answer, at, piece))
        .catch((error: unknown) => {
          log.warn("answer_not_kept", { app: answer.appKey, turn: answer.turn, reason: String(error) });
        });
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
        if (isCut) return;
        total += sizeOf(event);
        isCut = total > mostInAll;
        if (isCut) waiting = [...waiting, { type: "delta", content: "" }];
        else waiting = join(waiting, event);
        size += sizeOf(event);
        if (isCut || size > mostInPiece) write();
      },
      close: async () => {
        closed.abort();
        write();
        await writing;
      },
    };
  };
