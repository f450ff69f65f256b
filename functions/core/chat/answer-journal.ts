import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { AnswerPiece, AnswerPieces, StoredAnswer } from "./answer-pieces.ts";
import type { ChatEvent } from "./chat-event.ts";

export interface AnswerJournalPorts {
  readonly pieces: Pick<AnswerPieces, "put">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Stores an answer while it is sent; adding to it never waits. */
export interface AnswerJournal {
  add(event: ChatEvent): void;
  /** Resolves once all of it is stored, or given up. Never rejects. */
  close(): Promise<void>;
}

const gatherMs = 500;
/** A character is up to six bytes in JSON, which are eight once sealed; a record holds at most 400 KB. */
const maxPieceCharacters = 32 * 1024;
/** In JSON, which sealing makes a third larger: an end with its sources is one event, and cannot be split. */
const maxEndBytes = 256 * 1024;
/** Of all text together. */
const maxAnswerCharacters = 1024 * 1024;

/** Merges consecutive deltas into one event: clients know positions, not events. */
const join = (events: readonly ChatEvent[], next: ChatEvent): ChatEvent[] => {
  const last = events.at(-1);
  return last?.type === "delta" && next.type === "delta"
    ? [...events.slice(0, -1), { type: "delta", content: last.content + next.content }]
    : [...events, next];
};

/** Splits an event so that each part fits in a piece; a replacement continues as deltas. */
const partsOf = (event: ChatEvent): ChatEvent[] => {
  if (!("content" in event)) return [event];
  const { content } = event;
  let at = cutAt(content, maxPieceCharacters);
  const parts: ChatEvent[] = [{ ...event, content: content.slice(0, at) }];
  while (at < content.length) {
    const end = cutAt(content, at + maxPieceCharacters);
    parts.push({ type: "delta", content: content.slice(at, end) });
    at = end;
  }
  return parts;
};

const sizeOf = (event: ChatEvent): number =>
  "content" in event ? event.content.length : JSON.stringify(event).length;

/** An end that is too large is stored without its sources: a client that has the text must get the end. */
const fitting = (event: ChatEvent): ChatEvent =>
  event.type === "end" && Buffer.byteLength(JSON.stringify(event)) > maxEndBytes
    ? { ...event, sources: [] }
    : event;

/** Never splits a surrogate pair. */
const cutAt = (text: string, at: number): number =>
  /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(at - 1, at + 1)) ? at - 1 : at;

export const makeAnswerJournal =
  ({ pieces, clock, log }: AnswerJournalPorts) =>
  (answer: StoredAnswer): AnswerJournal => {
    const closed = new AbortController();
    let waiting: ChatEvent[] = [];
    let size = 0;
    let total = 0;
    let n = 0;
    let isCut = false;
    /** The first piece that could not be stored: readers cannot get past it. */
    let gapAt: number | undefined;
    let writing: Promise<void> = Promise.resolve();

    const put = (piece: AnswerPiece): void => {
      const at = n;
      n += 1;
      // One after the other: a reader must not see a gap that is filled later.
      writing = writing
        .then(() => (gapAt === undefined ? pieces.put(answer, at, piece) : undefined))
        .catch((error: unknown) => {
          log.warn("answer_not_stored", { app: answer.appKey, turn: answer.turn, reason: String(error) });
          gapAt = at;
        });
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
        if (isCut || gapAt !== undefined) return;
        if ("content" in event) total += event.content.length;
        if (total > maxAnswerCharacters) {
          write();
          put({ events: [], isCut: true });
          isCut = true;
          return;
        }
        for (const part of partsOf(fitting(event))) {
          if (size + sizeOf(part) > maxPieceCharacters) write();
          waiting = join(waiting, part);
          size += sizeOf(part);
        }
      },
      close: async () => {
        closed.abort();
        write();
        await writing;
        // The table may be available again; if not, readers learn from the turn's record that there is no more.
        if (gapAt !== undefined) await pieces.put(answer, gapAt, { events: [], isCut: true }).catch(() => {});
      },
    };
  };
