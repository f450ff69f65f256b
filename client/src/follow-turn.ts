import { BotError } from "./bot-error.ts";
import type { Call, CallRequest } from "./call.ts";
import { readEventStream } from "./event-stream.ts";
import { makeRetryBudget, type RetryPorts } from "./retry-budget.ts";
import { parseWireEvent, type WireEvent } from "./wire-event.ts";

/** How far an answer has been read, over any number of connections. */
export interface TurnProgress {
  turn: string | undefined;
  lastEventId: string | undefined;
}

export interface FollowPorts extends RetryPorts {
  readonly call: Call;
}

export interface FollowOptions {
  readonly botPath: string;
  /** What begins the turn; the same, whenever it must be sent again. */
  readonly ask: CallRequest;
  /** Kept up to what has been given out, so that another loop can go on from where this one was left. */
  readonly progress: TurnProgress;
  /** Aborted by who wants no answer: a turn that has not begun is not asked for again. */
  readonly stopRequested: AbortSignal;
}

const maxAttempts = 8;

/** What an answer ends with that was never begun. */
const stoppedBeforeStart: WireEvent = {
  type: "end",
  stopped: true,
  paused: false,
  truncated: null,
  usage: null,
  sources: [],
};

const eventStream = /^text\/event-stream\b/i;

/**
 * The events of a turn to its `end` or `error`, each once, however often the connection breaks. `ask` begins the turn
 * and may be sent again until the turn is known; from there it is followed by its name.
 * @throws BotError where trying again is no use; the signal's reason once it aborts.
 */
export async function* followTurn(
  { call, clock, random }: FollowPorts,
  { botPath, ask, progress, stopRequested }: FollowOptions,
): AsyncGenerator<WireEvent> {
  const { signal } = ask;
  const retries = makeRetryBudget({ clock, random }, maxAttempts);

  const nextRequest = (): CallRequest => {
    const { turn, lastEventId } = progress;
    if (turn === undefined) return ask;
    const path = `${botPath}/turns/${encodeURIComponent(turn)}/events`;
    return {
      method: "GET",
      path,
      headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
      signal,
    };
  };

  for (;;) {
    try {
      const request = nextRequest();
      const reply = await call({ ...request, headers: { ...request.headers, accept: "text/event-stream" } });
      if (reply.status === 204) {
        reply.close();
        return;
      }
      if (!eventStream.test(reply.headers.get("content-type") ?? "")) {
        reply.close();
        throw new BotError("no event stream", { code: "bad_answer", status: reply.status, retryable: false });
      }
      for await (const message of readEventStream(reply.body)) {
        const event = parseWireEvent(message);
        if (message.id !== undefined) progress.lastEventId = message.id;
        retries.reset();
        if (event?.type === "start") progress.turn = event.turn;
        if (event) yield event;
        if (event?.type === "end" || event?.type === "error") return;
      }
      throw new BotError("the answer has no end", { code: "broken_off", retryable: true });
    } catch (failure) {
      await retries.waitAfterFailure(
        failure,
        signal,
        progress.turn === undefined ? stopRequested : undefined,
      );
    }
    if (progress.turn === undefined && stopRequested.aborted) {
      yield stoppedBeforeStart;
      return;
    }
  }
}
