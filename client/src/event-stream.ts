import { createParser } from "eventsource-parser";
import { BotError } from "./bot-error.ts";

export interface StreamedMessage {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly data: string;
}

/** A replay brings 1 MB at most, and one event is a part of it. */
const maxEventBytes = 4 * 1024 * 1024;

/**
 * Bytes to messages: a character, a line or a message may be split over any number of pieces. One that the stream does
 * not end is not given. @throws BotError `bad_answer` where no message ends for too long.
 */
export async function* readEventStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamedMessage> {
  const decoder = new TextDecoder();
  const messages: StreamedMessage[] = [];
  let isTooLong = false;
  const parser = createParser({
    maxBufferSize: maxEventBytes,
    onEvent: (message) => messages.push(message),
    onError: ({ type }) => {
      isTooLong ||= type === "max-buffer-size-exceeded";
    },
  });
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield* messages.splice(0);
    if (isTooLong) throw new BotError("an event without an end", { code: "bad_answer", retryable: false });
  }
}
