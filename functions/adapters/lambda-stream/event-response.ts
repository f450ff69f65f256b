import { once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import type { ChatEvent } from "#core/chat/chat-event.ts";
import type { EmitEvent } from "#core/chat/run-chat-turn.ts";
import type { Clock } from "#core/shared/clock.ts";

/** A response of server-sent events, open until it is ended. */
export interface EventResponse {
  readonly body: Readable;
  readonly emit: EmitEvent;
  /** May be said again. */
  end(): void;
}

/** Proxies and browsers take a connection for dead that is silent for long. */
const heartbeatMs = 10_000;
/** Nobody tells a function that its client has left: one who takes nothing for so long is told nothing more. */
const patienceMs = 15_000;

/** JSON has no line breaks of its own, so each field is one line. */
const frameOf = ({ type, ...data }: ChatEvent, position: string): string =>
  `id: ${position}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;

/** Never fails, whatever becomes of the client: an error in a streamed body ends the runtime process. */
export const makeEventResponse = (clock: Clock): EventResponse => {
  const body = new PassThrough();
  const ended = new AbortController();
  let isDetached = false;

  const write = (text: string): boolean => isDetached || ended.signal.aborted || body.write(text);

  const untilDrained = async (): Promise<void> => {
    const waiting = new AbortController();
    const drained = once(body, "drain", { signal: waiting.signal }).then(
      () => true,
      () => false,
    );
    const inTime = await Promise.race([drained, clock.sleep(patienceMs, waiting.signal)]);
    waiting.abort();
    isDetached ||= inTime !== true;
  };

  const beat = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await clock.sleep(heartbeatMs, ended.signal);
      // Not into a buffer that nobody empties.
      if (!body.writableNeedDrain) write(": hb\n\n");
    }
  };
  void beat();

  return {
    body,
    emit: (event, position) => (write(frameOf(event, position)) ? undefined : untilDrained()),
    end: () => {
      ended.abort();
      body.end();
    },
  };
};
