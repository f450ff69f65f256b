import type { Clock } from "#core/shared/clock.ts";
import { wholeLength } from "#core/shared/cut-text.ts";
import type { Log } from "#core/shared/log.ts";
import type { AnswerPiece, AnswerPieces, AnswerRun } from "./answer-pieces.ts";
import type { ChatEvent } from "./chat-event.ts";

export interface AnswerJournalPorts {
  readonly pieces: Pick<AnswerPieces, "put">;
  readonly clock: Clock;
  readonly log: Log;
}

/** Stores an answer while it is sent. */
export interface AnswerJournal {
  /** Returns immediately; events are written in the background. */
  add(event: ChatEvent): void;
  /** Resolves once the whole answer is stored or given up. Never rejects. */
  close(): Promise<void>;
}

const batchMs = 500;
/** A character takes up to six bytes in JSON, eight after encryption; a DynamoDB item holds at most 400 KB. */
const maxPieceCharacters = 32 * 1024;
/** Size in JSON, which encryption increases by a third: an end event with its sources cannot be split. */
const maxEndBytes = 256 * 1024;
/** Maximum length of the whole answer's text. */
const maxAnswerCharacters = 1024 * 1024;

/** In characters. What an event takes in a piece in addition to its text: replacements may be empty. */
const eventCharacters = 32;

type Piecewise = Extract<ChatEvent, { type: "delta" | "reasoning" }>;
const isPiecewise = (event: ChatEvent): event is Piecewise =>
  event.type === "delta" || event.type === "reasoning";

/** Adds an event, merged with the last one if both continue the same text: clients track positions, not events. */
const join = (events: ChatEvent[], next: ChatEvent): void => {
  const last = events.at(-1);
  if (last && isPiecewise(last) && isPiecewise(next) && last.type === next.type) {
    events[events.length - 1] = { type: last.type, content: last.content + next.content };
  } else {
    events.push(next);
  }
};

/** Splits an event so that each part fits in a piece; a replacement continues as deltas. */
const partsOf = (event: ChatEvent): ChatEvent[] => {
  if (!("content" in event)) return [event];
  const { type, content } = event;
  let at = wholeLength(content, maxPieceCharacters);
  const parts: ChatEvent[] = [{ ...event, content: content.slice(0, at) }];
  while (at < content.length) {
    const end = wholeLength(content, at + maxPieceCharacters);
    parts.push({ type: type === "replace" ? "delta" : type, content: content.slice(at, end) });
    at = end;
  }
  return parts;
};

const sizeOf = (event: ChatEvent): number =>
  eventCharacters + ("content" in event ? event.content.length : JSON.stringify(event).length);

/** An end event that is too large is stored without its sources: a client that has the text must receive the end. */
const limitEnd = (event: ChatEvent): ChatEvent =>
  event.type === "end" && Buffer.byteLength(JSON.stringify(event)) > maxEndBytes
    ? { ...event, sources: [] }
    : event;

export const makeAnswerJournal =
  ({ pieces, clock, log }: AnswerJournalPorts) =>
  (answer: AnswerRun): AnswerJournal => {
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
      // One write at a time: a reader must not see a gap that is filled later.
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

    const writePeriodically = async (): Promise<void> => {
      while (!closed.signal.aborted) {
        await clock.sleep(batchMs, closed.signal);
        write();
      }
    };
    void writePeriodically();

    return {
      add: (event) => {
        if (isCut || gapAt !== undefined) return;
        if ("content" in event) total += event.type === "replace" ? sizeOf(event) : event.content.length;
        if (total > maxAnswerCharacters) {
          write();
          put({ events: [], isCut: true });
          isCut = true;
          return;
        }
        for (const part of partsOf(limitEnd(event))) {
          if (size + sizeOf(part) > maxPieceCharacters) write();
          join(waiting, part);
          size += sizeOf(part);
        }
      },
      close: async () => {
        closed.abort();
        write();
        await writing;
        // The table may be available again; if not, readers see from the turn's record that there is no more.
        if (gapAt !== undefined) await pieces.put(answer, gapAt, { events: [], isCut: true }).catch(() => {});
      },
    };
  };
