import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { AnswerPiece, AnswerPieces } from "./answer-pieces.ts";
import { type ChatEvent, type ChatPosition, positionAfter, startOf, writePosition } from "./chat-event.ts";
import type { ChatTurn, ChatTurnStore } from "./chat-turn.ts";
import type { TellClient } from "./run-chat-turn.ts";

export interface FollowChatTurnPorts {
  readonly pieces: Pick<AnswerPieces, "read">;
  readonly turns: Pick<ChatTurnStore, "find">;
  readonly clock: Clock;
  readonly log: Log;
}

/** `after`: what the client has heard already; undefined: nothing. What goes wrong it is told; it never rejects for a store. */
export type FollowChatTurn = (
  turn: ChatTurn,
  after: ChatPosition | undefined,
  tellClient: TellClient,
  deadline: number,
) => Promise<void>;

/** As often as pieces are written. */
const pauseMs = 500;
/** After so many looks without anything new it is asked whether the turn still runs. */
const looksUntilAsked = 4;

const interrupted: ChatEvent = {
  type: "error",
  code: "interrupted",
  message: "the answer was interrupted, please ask again",
  retryable: true,
};
const notKept: ChatEvent = {
  type: "error",
  code: "replay_too_long",
  message: "the rest of the answer was not kept",
  retryable: false,
};

/** What of an event the client has not heard; `before` is where it begins. */
const unheard = (event: ChatEvent, before: ChatPosition, after: ChatPosition): ChatEvent | undefined => {
  if (after.ended) return undefined;
  if (before.ended) return event;
  switch (event.type) {
    case "start":
      return undefined;
    case "delta": {
      if (before.replacements < after.replacements) return undefined;
      const heard =
        before.replacements > after.replacements ? 0 : Math.max(0, after.characters - before.characters);
      const content = event.content.slice(heard);
      return content === "" ? undefined : { type: "delta", content };
    }
    case "replace":
      return before.replacements < after.replacements ? undefined : event;
    default:
      return event;
  }
};

/** Each piece that is looked for is paid for, there or not. */
const mostBehind = 20;
const mostInStep = 2;

/** Tells a client what it has missed of a turn, and then the rest as it comes, from whichever machine. */
export const makeFollowChatTurn =
  ({ pieces, turns, clock, log }: FollowChatTurnPorts): FollowChatTurn =>
  async (turn, after, tellClient, deadline) => {
    const { attempt } = turn;
    let position = startOf(attempt);
    const tell = (event: ChatEvent): void | Promise<void> => tellClient(event, writePosition(position));
    /** Nothing more comes, also to a client that would ask again by itself. */
    const tellLast = (event: ChatEvent): void | Promise<void> => {
      position = positionAfter(position, event);
      return tell(event);
    };

    // What was heard of an earlier run is not what this one says.
    const known = after?.attempt === attempt ? after : undefined;

    const pass = async (event: ChatEvent): Promise<void> => {
      const news = known ? unheard(event, position, known) : event;
      position = positionAfter(position, event);
      if (news && !(after && news.type === "start")) await tell(news);
    };

    const stateNow = async (): Promise<"running" | "done" | "dead"> => {
      const now = await turns.find(turn);
      if (now?.attempt !== attempt) return "dead";
      if (now.state === "done") return "done";
      return now.heldUntil > clock.now() ? "running" : "dead";
    };

    let n = 0;
    /** Who has caught up with the turn finds one piece at a time at most. */
    let isBehind = true;
    const read = async (): Promise<readonly AnswerPiece[]> => {
      const found = await pieces.read({ ...turn, attempt }, n, isBehind ? mostBehind : mostInStep);
      n += found.length;
      isBehind = found.length > 1;
      return found;
    };

    /** What there is, as soon as it is there. "done", "dead": there will be no more. "later": there may be. */
    const next = async (): Promise<readonly AnswerPiece[] | "done" | "dead" | "later"> => {
      for (let looks = 1; clock.now() < deadline; looks += 1) {
        if (!isBehind) await clock.sleep(pauseMs);
        const found = await read();
        if (found.length > 0) return found;
        if (looks % looksUntilAsked !== 0) continue;
        const state = await stateNow();
        if (state === "running") continue;
        // What is left may have come between the look and the question.
        const left = await read();
        return left.length > 0 ? left : state;
      }
      return "later";
    };

    /** The first failure of a store ends it: the client asks again from where it is. */
    const nextUnlessBroken = (): ReturnType<typeof next> =>
      next().catch((error: unknown) => {
        log.warn("turn_not_followed", { app: turn.appKey, turn: turn.turn, reason: String(error) });
        return "later";
      });

    if (after && !known) await tell({ type: "replace", content: "" });
    for (;;) {
      const found = await nextUnlessBroken();
      if (found === "done") return void (await tellLast(notKept));
      if (found === "dead") return void (await tellLast(interrupted));
      if (found === "later") return void (await tell(interrupted));
      for (const { events, isCut } of found) {
        for (const event of events) await pass(event);
        if (position.ended) return;
        if (isCut) return void (await tellLast(notKept));
      }
    }
  };
