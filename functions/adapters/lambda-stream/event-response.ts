import { once } from "node:events";
import { PassThrough, type Readable } from "node:stream";
import type { ChatEvent } from "#core/chat/chat-event.ts";
import type { EmitEvent } from "#core/chat/run-chat-turn.ts";
import type { Clock } from "#core/shared/clock.ts";

/** A response of server-sent events, open until `end` is called. */
export interface EventResponse {
  readonly body: Readable;
  readonly emit: EmitEvent;
  /** Idempotent. */
  end(): void;
}

/** Proxies and browsers close connections without traffic. */
const heartbeatMs = 10_000;
const heartbeat = ": hb\n\n";
/** So that people who look at the stream see that nothing is wrong. */
const busyHeartbeat = `: the bot is busy, its answer has not begun\n${heartbeat}`;
/** A function is not notified when its client disconnects: a client that reads nothing for this long gets no more events. */
const drainTimeoutMs = 15_000;

/** JSON.stringify emits no line breaks, so each field is one line. */
const frameOf = (event: ChatEvent, position: string): string => {
  const { type, ...data } = event;
  const shown = event.type === "file" ? event.file : data;
  return `id: ${position}\nevent: ${type}\ndata: ${JSON.stringify(shown)}\n\n`;
};

/** Never throws, whatever happens to the client: an error in a streamed body ends the runtime process. */
export const makeEventResponse = (clock: Clock): EventResponse => {
  const body = new PassThrough();
  const ended = new AbortController();
  let isDetached = false;
  let isWaiting = false;

  const write = (text: string): boolean => isDetached || ended.signal.aborted || body.write(text);

  const untilDrained = async (): Promise<void> => {
    const waiting = new AbortController();
    const drained = once(body, "drain", { signal: waiting.signal }).then(
      () => true,
      () => false,
    );
    const isDrained = await Promise.race([drained, clock.sleep(drainTimeoutMs, waiting.signal)]);
    waiting.abort("drained");
    isDetached ||= isDrained !== true;
  };

  const sendHeartbeats = async (): Promise<void> => {
    while (!ended.signal.aborted) {
      await clock.sleep(heartbeatMs, ended.signal);
      // Not while the buffer is full.
      if (!body.writableNeedDrain) write(isWaiting ? busyHeartbeat : heartbeat);
    }
  };
  void sendHeartbeats();

  return {
    body,
    emit: (event, position) => {
      isWaiting = event.type === "start";
      return write(frameOf(event, position)) ? undefined : untilDrained();
    },
    end: () => {
      ended.abort("ended");
      body.end();
    },
  };
};
