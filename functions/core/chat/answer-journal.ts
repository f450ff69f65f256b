import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
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
/** In bytes of JSON, of which sealing makes a third more: an end with its sources stands alone, and cannot be parted. */
const mostInEnd = 256 * 1024;
/** In characters of all text together. */
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
  const { content } = event;
  let at = cutAt(content, mostInPiece);
  const parts: ChatEvent[] = [{ ...event, content: content.slice(0, at) }];
  while (at < content.length) {
    const end = cutAt(content, at + mostInPiece);
    parts.push({ type: "delta", content: content.slice(at, end) });
    at = end;
  }
  return parts;
};

const sizeOf = (event: ChatEvent): number =>
  "content" in event ? event.content.length : JSON.stringify(event).length;

/** Whoever has the text is not to miss its end, though it were without the sources. */
const fitting = (event: ChatEvent): ChatEvent =>
  event.type === "end" && Buffer.byteLength(JSON.stringify(event)) > mostInEnd
    ? { ...event, sources: [] }
    : event;

/** Half of a pair of surrogates is no text. */
const cutAt = (text: string, at: number): number =>
  /^[\uD800-\uDBFF][\uDC00-\uDFFF]/.test(text.slice(at - 1, at + 1)) ? at - 1 : at;

export const makeAnswerJournal =
  ({ pieces, clock, log }: AnswerJournalPorts) =>
  (answer: KeptAnswer): AnswerJournal => {
    const closed = new AbortController();
    let waiting: ChatEvent[] = [];
    let size = 0;
    let total = 0;
    let n = 0;
    let isCut = false;
    /** Where there is a gap, which nobody can read past. */
    let gapAt: number | undefined;
    let writing: Promise<void> = Promise.resolve();

    const put = (piece: AnswerPiece): void => {
      const at = n;
      n += 1;
      // One after the other: who reads must not find a gap that will be filled.
      writing = writing
        .then(() => (gapAt === undefined ? pieces.put(answer, at, piece) : undefined))
        .catch((error: unknown) => {
          log.warn("answer_not_kept", { app: answer.appKey, turn: answer.turn, reason: String(error) });
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
        if (total > mostInAll) {
          write();
          put({ events: [], isCut: true });
          isCut = true;
          return;
        }
        for (const part of partsOf(fitting(event))) {
          if (size + sizeOf(part) > mostInPiece) write();
          waiting = join(waiting, part);
          size += sizeOf(part);
        }
      },
      close: async () => {
        closed.abort();
        write();
        await writing;
        // The table may answer by now; where it does not, the turn's record says that there is no more.
        if (gapAt !== undefined) await pieces.put(answer, gapAt, { events: [], isCut: true }).catch(() => {});
      },
    };
  };
