import type { AnswerRetrying } from "./answer-event.ts";
import { BotError } from "./bot-error.ts";
import type { Call, CallRequest } from "./call.ts";
import { readEventStream } from "./event-stream.ts";
import type { WatchContact } from "./first-contact.ts";
import { notABridge } from "./response-error.ts";
import { makeRetryBudget, type RetryPorts } from "./retry-budget.ts";
import { parseWireEvent, type WireEvent } from "./wire-event.ts";

/** How far an answer has been read, over all connections. */
export interface TurnProgress {
  turn: string | undefined;
  lastEventId: string | undefined;
  /** The bridge's id of the request that began the answer, or of the first that continued it. */
  requestId: string | undefined;
}

export interface FollowPorts extends RetryPorts {
  readonly call: Call;
  readonly watchContact: WatchContact;
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
 * @throws BotError if retrying is of no use; the signal's reason once it aborts.
 */
export async function* followTurn(
  { call, watchContact, ...ports }: FollowPorts,
  { botPath, startRequest, progress, stopRequested }: FollowOptions,
): AsyncGenerator<WireEvent | AnswerRetrying> {
  const watch = watchContact(startRequest.signal);
  const { signal } = watch;
  const retries = makeRetryBudget(ports, maxAttempts);

  const nextRequest = (): CallRequest => {
    const { turn, lastEventId } = progress;
    if (turn === undefined) return startRequest;
    const path = `${botPath}/turns/${encodeURIComponent(turn)}/events`;
    return {
      method: "GET",
      path,
      headers: lastEventId === undefined ? {} : { "last-event-id": lastEventId },
    };
  };

  /** Yields the events of one connection. Returns if the answer has ended. */
  async function* readOnce(): AsyncGenerator<WireEvent, undefined> {
    const request = nextRequest();
    // Also where the answer arrives only as a whole (React Native): as JSON it would have no positions to resume from,
    // and a limit of 4.5 minutes.
    const headers = { ...request.headers, accept: "text/event-stream" };
    const reply = await call({ ...request, headers, signal, onSend: watch.begin });
    const { status, requestId } = reply;
    if (status === 204 && progress.turn !== undefined) {
      reply.close();
      return;
    }
    if (!eventStream.test(reply.headers.get("content-type") ?? "")) {
      reply.close();
      throw notABridge(reply);
    }
    progress.requestId ??= requestId;
    for await (const message of readEventStream(reply.body)) {
      const event = parseWireEvent(message, requestId);
      if (message.id !== undefined) progress.lastEventId = message.id;
      retries.reset();
      if (event?.type === "start") progress.turn = event.turn;
      if (event) yield event;
      if (event?.type === "end" || event?.type === "error") return;
    }
    const message = "the stream ended before the answer did";
    throw new BotError(message, { code: "connection_lost", retryable: true, requestId });
  }

  const isStopped = (): boolean => progress.turn === undefined && stopRequested.aborted;
  try {
    for (;;) {
      try {
        yield* readOnce();
        return;
      } catch (failure) {
        const retry = retries.afterFailure(failure, signal);
        if (!isStopped()) yield { type: "retrying", ...retry };
        await retries.wait(retry, signal, progress.turn === undefined ? stopRequested : undefined);
      }
      if (isStopped()) {
        yield stoppedBeforeStart;
        return;
      }
    }
  } finally {
    watch.end();
  }
}
