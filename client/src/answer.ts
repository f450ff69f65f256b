import type { AnswerEvent, AnswerRetrying } from "./answer-event.ts";
import type { CallRequest } from "./call.ts";
import { type FollowPorts, followTurn, type TurnProgress } from "./follow-turn.ts";
import type { WireEvent } from "./wire-event.ts";

/**
 * A bot's answer. Nothing is sent until it is read, with a loop over it or with `text()`, by one reader at a time.
 * Leaving the loop closes the connection but does not stop the bot; another loop continues where this one left off.
 */
export interface Answer extends AsyncIterable<AnswerEvent> {
  /**
   * Yields each event once and in order, reconnecting as needed.
   * @throws BotError if the answer fails or cannot be read; the signal's reason once it aborts.
   */
  [Symbol.asyncIterator](): AsyncIterator<AnswerEvent, undefined>;
  /**
   * Reads the answer to its end and resolves to its whole text.
   * @throws as the loop does.
   */
  text(): Promise<string>;
  /**
   * Asks the bot to stop; the answer then ends with what has been said. If the answer is being read and its turn is not
   * known yet, waits for it; where `fetch` has no streams, that is at the answer's end. If the bridge rejected the question
   * or could not be reached, it is not sent again, and the answer ends empty. Does nothing if the answer has ended or was
   * never started.
   * @throws BotError
   */
  stop(): Promise<void>;
  /** Identifies the answer in `resume`, `suggested` and `feedback`; undefined until the `start` event. */
  readonly turn: string | undefined;
  /** The position of the last event that was read, for `resume`. */
  readonly lastEventId: string | undefined;
  /** The bridge's id of the request that began the answer, which its log lines have; undefined until there is a reply. */
  readonly requestId: string | undefined;
}

export interface AnswerPorts extends FollowPorts {
  readonly stopTurn: (turn: string) => Promise<void>;
}

export interface AnswerOptions {
  readonly botPath: string;
  /** The request that starts the turn. Retries send the same request. */
  readonly startRequest: CallRequest;
  readonly progress: TurnProgress;
  readonly textSoFar: string;
  readonly reasoningSoFar: string;
}

export const makeAnswer = (
  { stopTurn, ...ports }: AnswerPorts,
  { botPath, startRequest, progress, textSoFar, reasoningSoFar }: AnswerOptions,
): Answer => {
  let text = textSoFar;
  let reasoning = reasoningSoFar;
  let state: "idle" | "reading" | "ended" = "idle";
  let failure: unknown;
  const stopRequested = new AbortController();
  /** Callers of `stop` that wait for the turn's id; they get undefined if reading ends without one. */
  const turnWaiters: ((turn: string | undefined) => void)[] = [];
  const notifyTurn = (): void => {
    for (const resolve of turnWaiters.splice(0)) resolve(progress.turn);
  };

  const apply = (event: WireEvent | AnswerRetrying): AnswerEvent => {
    switch (event.type) {
      case "start":
        notifyTurn();
        return event;
      case "delta":
        text += event.content;
        return { ...event, type: "delta", text };
      case "replace":
        text = event.content;
        if (event.all) reasoning = "";
        return { ...event, text };
      case "reasoning":
        reasoning += event.content;
        return { ...event, type: "reasoning", reasoning };
      case "file":
      case "retrying":
        return event;
      case "end":
        state = "ended";
        return { ...event, text };
      case "error":
        state = "ended";
        failure = event.error;
        throw event.error;
    }
  };

  async function* read(): AsyncGenerator<AnswerEvent, undefined> {
    if (state === "reading") throw new TypeError("this answer is already being read");
    if (failure !== undefined) throw failure;
    if (state === "ended") return;
    state = "reading";
    try {
      for await (const event of followTurn(ports, {
        botPath,
        startRequest,
        progress,
        stopRequested: stopRequested.signal,
      }))
        yield apply(event);
      state = "ended";
    } finally {
      if (state === "reading") state = "idle";
      notifyTurn();
    }
  }

  return {
    [Symbol.asyncIterator]: read,
    // React Native's engine (Hermes) has no such symbol. Its `for await` is compiled by Babel, which then takes this name.
    ...{ "@@asyncIterator": read },
    text: async () => {
      for await (const _ of read());
      return text;
    },
    stop: async () => {
      if (state === "ended") return;
      if (progress.turn === undefined && state === "reading") {
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
    get requestId() {
      return progress.requestId;
    },
  };
};
