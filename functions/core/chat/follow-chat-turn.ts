import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { AnswerPiece, AnswerPieces } from "./answer-pieces.ts";
import {
  type ChatEvent,
  type ChatPosition,
  interruptedEvent,
  positionAfter,
  startOf,
  writePosition,
} from "./chat-event.ts";
import type { ChatTurn, ChatTurnStore } from "./chat-turn.ts";
import type { EmitEvent } from "./run-chat-turn.ts";

export interface FollowChatTurnPorts {
  readonly pieces: Pick<AnswerPieces, "read">;
  readonly turns: Pick<ChatTurnStore, "find">;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * `after`: the client's position; undefined: it has received nothing. `deadline`: milliseconds since the epoch. Store failures
 * are sent as events, never thrown.
 */
export type FollowChatTurn = (
  turn: ChatTurn,
  after: ChatPosition | undefined,
  emitEvent: EmitEvent,
  deadline: number,
) => Promise<void>;

/** The interval at which pieces are written. */
const pauseMs = 500;
/** After this many reads without a new piece, the turn's record is read too, to check whether the turn still runs. */
const readsUntilStateCheck = 4;

const replayTooLong: ChatEvent = {
  type: "error",
  code: "replay_too_long",
  message: "the answer is too long to replay; the rest was not stored",
  retryable: false,
};

const withContent = <E extends { readonly content: string }>(event: E, content: string): E | undefined =>
  content === "" ? undefined : { ...event, content };

/** The part of an event that the client has not received; `before` is where the event begins. */
const unreceivedPart = (
  event: ChatEvent,
  before: ChatPosition,
  after: ChatPosition,
): ChatEvent | undefined => {
  if (after.ended) return undefined;
  if (before.ended) return event;
  switch (event.type) {
    case "start":
      return undefined;
    case "delta": {
      if (before.replacements < after.replacements) return undefined;
      const received =
        before.replacements > after.replacements ? 0 : Math.max(0, after.characters - before.characters);
      return withContent(event, event.content.slice(received));
    }
    case "reasoning": {
      const received = Math.max(0, after.thoughtCharacters - before.thoughtCharacters);
      return withContent(event, event.content.slice(received));
    }
    case "file":
      return before.files < after.files ? undefined : event;
    case "replace":
      return before.replacements < after.replacements ? undefined : event;
    default:
      return event;
  }
};

/** Pieces per read. Every requested piece costs a read, whether or not it exists. */
const maxPiecesBehind = 20;
const maxPiecesCaughtUp = 2;

/** Sends a client the part of a turn that it missed, then the rest as it arrives, whichever process runs the turn. */
export const makeFollowChatTurn =
  ({ pieces, turns, clock, log }: FollowChatTurnPorts): FollowChatTurn =>
  async (turn, after, emitEvent, deadline) => {
    const { attempt } = turn;
    let position = startOf(attempt);
    const emit = (event: ChatEvent): void | Promise<void> => emitEvent(event, writePosition(position));
    /** Sends the last event: a client that reconnects from its position gets nothing more. */
    const emitLast = (event: ChatEvent): void | Promise<void> => {
      position = positionAfter(position, event);
      return emit(event);
    };

    // An earlier run's text may differ from this one's.
    const sameRun = after?.attempt === attempt ? after : undefined;

    const emitUnreceived = async (event: ChatEvent): Promise<void> => {
      const unreceived = sameRun ? unreceivedPart(event, position, sameRun) : event;
      position = positionAfter(position, event);
      if (unreceived && !(after && unreceived.type === "start")) await emit(unreceived);
    };

    const stateNow = async (): Promise<"running" | "done" | "dead"> => {
      const now = await turns.find(turn);
      if (now?.attempt !== attempt) return "dead";
      if (now.state === "done") return "done";
      return now.heldUntil > clock.now() ? "running" : "dead";
    };

    let n = 0;
    /** Once caught up, a read finds at most one piece. */
    let isBehind = true;
    const read = async (): Promise<readonly AnswerPiece[]> => {
      const found = await pieces.read(
        { ...turn, attempt },
        n,
        isBehind ? maxPiecesBehind : maxPiecesCaughtUp,
      );
      n += found.length;
      isBehind = found.length > 1;
      return found;
    };

    /** The next pieces, as soon as there are any. "done", "dead": there will be no more. "later": there may be more. */
    const next = async (): Promise<readonly AnswerPiece[] | "done" | "dead" | "later"> => {
      for (let reads = 1; clock.now() < deadline; reads += 1) {
        if (!isBehind) await clock.sleep(pauseMs);
        const found = await read();
        if (found.length > 0) return found;
        if (reads % readsUntilStateCheck !== 0) continue;
        const state = await stateNow();
        if (state === "running") continue;
        // The last pieces may have been written between the two reads.
        const left = await read();
        return left.length > 0 ? left : state;
      }
      return "later";
    };

    /** A store failure ends the stream: the client reconnects from its position. */
    const nextOrLater = (): ReturnType<typeof next> =>
      next().catch((error: unknown) => {
        log.warn("turn_replay_failed", { app: turn.appKey, turn: turn.turn, reason: String(error) });
        return "later";
      });

    // A run that continues the answer adds to it.
    const isAgain = after && !sameRun && turn.inputHash === undefined;
    if (isAgain) {
      // Of an answer that has ended, it is not known.
      const hasParts = after.ended || after.thoughtCharacters > 0 || after.files > 0;
      await emit({ type: "replace", content: "", ...(hasParts && { all: true }) });
    }
    for (;;) {
      const found = await nextOrLater();
      if (found === "done") return void (await emitLast(replayTooLong));
      if (found === "dead") return void (await emitLast(interruptedEvent));
      if (found === "later") return void (await emit(interruptedEvent));
      for (const { events, isCut } of found) {
        for (const event of events) await emitUnreceived(event);
        if (position.ended) return;
        if (isCut) return void (await emitLast(replayTooLong));
      }
    }
  };
