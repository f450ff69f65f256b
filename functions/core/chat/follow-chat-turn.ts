import type { Clock } from "../clock.ts";
import type { AnswerPieces } from "./answer-pieces.ts";
import { type ChatEvent, type ChatPosition, positionAfter, startOf, writePosition } from "./chat-event.ts";
import type { ChatTurn, ChatTurnStore } from "./chat-turn.ts";
import type { TellClient } from "./run-chat-turn.ts";

export interface FollowChatTurnPorts {
  readonly pieces: Pick<AnswerPieces, "read">;
  readonly turns: Pick<ChatTurnStore, "find">;
  readonly clock: Clock;
}

/** `after`: what the client has heard already; undefined: nothing. */
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
const tooLong: ChatEvent = {
  type: "error",
  code: "replay_too_long",
  message: "the answer is too long to be had again",
  retryable: false,
};

/** What of an event the client has not heard; `before` is where it begins. */
const unheard = (event: ChatEvent, before: ChatPosition, after: ChatPosition): ChatEvent | undefined => {
  if (before.ended || after.ended) return event;
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

/** Tells a client what it has missed of a turn, and then the rest as it comes, from whichever machine. */
export const makeFollowChatTurn =
  ({ pieces, turns, clock }: FollowChatTurnPorts): FollowChatTurn =>
  async (turn, after, tellClient, deadline) => {
    const { attempt } = turn;
    let position = startOf(attempt);
    const tell = (event: ChatEvent): void | Promise<void> => tellClient(event, writePosition(position));

    // What was heard of an earlier run is not what this one says.
    const known = after?.attempt === attempt ? after : undefined;
    if (after && !known) await tell({ type: "replace", content: "" });

    const pass = async (event: ChatEvent): Promise<void> => {
      const news = known ? unheard(event, position, known) : event;
      position = positionAfter(position, event);
      if (news && !(after && news.type === "start")) await tell(news);
    };

    const isAlive = async (): Promise<boolean> => {
      const now = await turns.find(turn);
      return now?.state === "running" && now.attempt === attempt && now.heldUntil > clock.now();
    };

    let n = 0;
    let looks = 0;
    while (clock.now() < deadline) {
      const found = await pieces.read({ ...turn, attempt }, n);
      n += found.length;
      for (const { events, isCut } of found) {
        if (isCut) return void (await tell(tooLong));
        for (const event of events) await pass(event);
        if (position.ended) return;
      }
      looks = found.length > 0 ? 0 : looks + 1;
      if (looks === looksUntilAsked) {
        looks = 0;
        // What is left may have come between the look and the question.
        const isOver = !(await isAlive()) && (await pieces.read({ ...turn, attempt }, n)).length === 0;
        if (isOver) break;
      }
      await clock.sleep(pauseMs);
    }
    await tell(interrupted);
  };
