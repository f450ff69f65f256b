import { PassThrough, type Readable } from "node:stream";
import type { Clock } from "#core/shared/clock.ts";
import type { ImEvent, ImMessage } from "../im/messages.ts";

/** What a person in the IM would see, as it happens. */
export interface ImFeed {
  readonly record: (event: ImEvent) => void;
  /** Server-sent events: the last messages, then each change. The signal ends them, and so does the reader. */
  readonly open: (closed: AbortSignal) => Readable;
}

const maxRemembered = 50;
/** Browsers and proxies close connections without traffic. */
const pingMs = 10_000;

const frameOf = (event: ImEvent): string => `data: ${JSON.stringify(event)}\n\n`;

export const makeImFeed = (clock: Clock): ImFeed => {
  const messages = new Map<string, ImMessage>();
  const readers = new Set<PassThrough>();

  const sendPings = async (reader: PassThrough, signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(pingMs, signal);
      if (!signal.aborted) reader.write(": ping\n\n");
    }
  };

  return {
    record: (event) => {
      messages.set(event.message.messageUID, event.message);
      const [oldest] = messages.keys();
      if (messages.size > maxRemembered && oldest !== undefined) messages.delete(oldest);
      for (const reader of readers) reader.write(frameOf(event));
    },
    open: (closed) => {
      const reader = new PassThrough();
      const left = new AbortController();
      const signal = AbortSignal.any([closed, left.signal]);
      readers.add(reader);
      // A reader that disconnects destroys its stream.
      reader.once("close", () => left.abort());
      signal.addEventListener("abort", () => {
        readers.delete(reader);
        reader.end();
      });
      reader.write(": the last messages\n\n");
      for (const message of messages.values()) reader.write(frameOf({ message, added: message.text }));
      void sendPings(reader, signal);
      return reader;
    },
  };
};
