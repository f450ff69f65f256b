import { createParser } from "eventsource-parser";
import { type DifyEvent, parseDifyEvent } from "./dify-event.ts";

/** A line of Dify's holds a node's inputs and outputs, or all of an answer again; past this it is no event stream. */
const maxBufferCharacters = 32 * 1024 * 1024;

export interface EventStream {
  /** Takes the next bytes, split anywhere, and calls back for each event that they complete. */
  push(bytes: Uint8Array): void;
}

/**
 * Bytes to events: a character, a line or an event may be split over any number of pieces. What is broken or not
 * ours to act on comes as undefined: a sign of life. A ping has no data and does not come at all: count bytes.
 */
export const makeEventStream = (onEvent: (event: DifyEvent | undefined) => void): EventStream => {
  const decoder = new TextDecoder();
  const parser = createParser({
    maxBufferSize: maxBufferCharacters,
    onEvent: ({ data }) => onEvent(parseDifyEvent(data)),
  });
  return { push: (bytes) => parser.feed(decoder.decode(bytes, { stream: true })) };
};
