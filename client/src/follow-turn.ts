import { BotError } from "./bot-error.ts";
import type { Call, CallRequest } from "./call.ts";
import { readEventStream } from "./event-stream.ts";
import { makeRetryBudget, type RetryPorts } from "./retry-budget.ts";
import { parseWireEvent, type WireEvent } from "./wire-event.ts";

/** How far an answer has been read, over all connections. */
export interface TurnProgress {
  turn: string | undefined;
  lastEventId: string | undefined;
}

export interface FollowPorts extends RetryPorts {
  readonly call: Call;
}

export interface FollowOptions {
  readonly botPath: string;
  /** The request that starts the turn. Retries send the same request. */
  readonly startRequest: CallRequest;
  /** Updated with each event, so that another loop can continue where this one left off. */
  readonly progress: TurnProgress;
  /** Aborted when the caller stops the answer: a turn that has not started is then not requested again. */
  readonly stopRequested: AbortSignal;
}

const maxAttempts = 8;

/** The end of an answer that was stopped before it started. */
const stoppedBeforeStart: WireEvent = {
  type: "end",
  stopped: true,
  paused: false,
  form: null,
  prompt: null,
  truncated: null,
  usage: null,
  sources: [],
};

const eventStream = /^text\/event-stream\b/i;

/**
 * Yields the events of a turn up to its `end` or `error`, each once, across reconnects. `startRequest` starts the turn and may
 * be sent again until the turn is known; after that, it is followed by its id.
 * @throws BotError if retrying is no use; the signal's reason once it aborts.
 */
export async function* followTurn(
  { call, clock, random }: FollowPorts,
  { botPath, startRequest, progress, stopRequested }: FollowOptions,
): AsyncGenerator<WireEvent> {
  const { signal } = startRequest;
  const retries = makeRetryBudget({ clock, random }, maxAttempts);

  const nextRequest = (): CallRequest => {
    const { turn, lastEventId } = progress;
    if (turn === undefined) return startRequest;
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
        throw new BotError("the response is not an event stream", {
          code: "bad_answer",
          status: reply.status,
          retryable: false,
        });
      }
      for await (const message of readEventStream(reply.body)) {
        const event = parseWireEvent(message);
        if (message.id !== undefined) progress.lastEventId = message.id;
        retries.reset();
        if (event?.type === "start") progress.turn = event.turn;
        if (event) yield event;
        if (event?.type === "end" || event?.type === "error") return;
      }
      throw new BotError("the stream ended before the answer did", { code: "broken_off", retryable: true });
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
