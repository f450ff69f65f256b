import type { AnswerEvent } from "./answer-event.ts";
import type { CallRequest } from "./call.ts";
import { type FollowPorts, followTurn, type TurnProgress } from "./follow-turn.ts";
import type { WireEvent } from "./wire-event.ts";

/**
 * A bot's answer. Nothing is sent until it is read, by a loop over it or by `text()`, one reader at a time. Leaving the
 * loop closes the connection and stops nobody: the bot goes on, and another loop goes on from where this one was left.
 */
export interface Answer extends AsyncIterable<AnswerEvent> {
  /**
   * Each event once and in order, over as many connections as it takes.
   * @throws BotError where the answer fails or cannot be had; the signal's reason once it aborts.
   */
  [Symbol.asyncIterator](): AsyncIterator<AnswerEvent, undefined>;
  /** Reads the answer to its end and gives all of its text. @throws as the loop does. */
  text(): Promise<string>;
  /**
   * Has the bot stop; the answer then ends with what has been said. While the answer is being read it waits until the turn
   * is known; where the bridge refused it, or could not be reached, it is not asked again, and the answer ends empty. Of an
   * answer that has ended, or was never begun, there is nothing to stop. @throws BotError.
   */
  stop(): Promise<void>;
  /** Names the answer in `resume`, `suggested` and `feedback`; undefined until its `start`. */
  readonly turn: string | undefined;
  /** The position of what was read last, for `resume`. */
  readonly lastEventId: string | undefined;
}

export interface AnswerPorts extends FollowPorts {
  readonly stopTurn: (turn: string) => Promise<void>;
}

export interface AnswerOptions {
  readonly botPath: string;
  /** What begins the turn; the same, whenever it must be sent again. */
  readonly ask: CallRequest;
  readonly progress: TurnProgress;
  readonly textSoFar: string;
}

export const makeAnswer = (
  { stopTurn, ...ports }: AnswerPorts,
  { botPath, ask, progress, textSoFar }: AnswerOptions,
): Answer => {
  let text = textSoFar;
  let state: "idle" | "being read" | "over" = "idle";
  let failure: unknown;
  const stopRequested = new AbortController();
  /** Who waits to learn which turn this is; nobody learns it once the reading has stopped. */
  const turnWaiters: ((turn: string | undefined) => void)[] = [];
  const notifyTurn = (): void => {
    for (const resolve of turnWaiters.splice(0)) resolve(progress.turn);
  };

  const apply = (event: WireEvent): AnswerEvent => {
    switch (event.type) {
      case "start":
        notifyTurn();
        return event;
      case "delta":
        text += event.content;
        return { ...event, type: "delta", text };
      case "replace":
        text = event.content;
        return { ...event, type: "replace", text };
      case "end":
        state = "over";
        return { ...event, text };
      case "error":
        state = "over";
        failure = event.error;
        throw event.error;
    }
  };

  async function* read(): AsyncGenerator<AnswerEvent, undefined> {
    if (state === "being read") throw new TypeError("this answer is being read already");
    if (failure !== undefined) throw failure;
    if (state === "over") return;
    state = "being read";
    try {
      for await (const event of followTurn(ports, {
        botPath,
        ask,
        progress,
        stopRequested: stopRequested.signal,
      }))
        yield apply(event);
      state = "over";
    } finally {
      if (state === "being read") state = "idle";
      notifyTurn();
    }
  }

  return {
    [Symbol.asyncIterator]: read,
    text: async () => {
      for await (const _ of read());
      return text;
    },
    stop: async () => {
      if (state === "over") return;
      if (progress.turn === undefined && state === "being read") {
        stopRequested.abort();
        await new Promise((resolve) => turnWaiters.push(resolve));
      }
      if (progress.turn !== undefined) await stopTurn(progress.turn);
    },
    get turn() {
      return progress.turn;
    },
    get lastEventId() {
      return progress.lastEventId;
    },
  };
};
