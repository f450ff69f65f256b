import { createParser } from "eventsource-parser";
import { BotError } from "./bot-error.ts";

export interface StreamedMessage {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly data: string;
}

/** A replay has at most a million characters, of which one event is a part. */
const maxEventChars = 4 * 1024 * 1024;

/**
 * Parses text into messages. Lines and messages may be split over several pieces. An unterminated message at the end is
 * dropped.
 * @throws BotError `bad_answer` if a message is too long.
 */
export async function* readEventStream(body: AsyncIterable<string>): AsyncGenerator<StreamedMessage> {
  const messages: StreamedMessage[] = [];
  let isTooLong = false;
  const parser = createParser({
    maxBufferSize: maxEventChars,
    onEvent: (message) => messages.push(message),
    onError: ({ type }) => {
      isTooLong ||= type === "max-buffer-size-exceeded";
    },
  });
  for await (const piece of body) {
    parser.feed(piece);
    yield* messages.splice(0);
    if (isTooLong) {
      throw new BotError("an event exceeds 4 Mi characters", { code: "bad_answer", retryable: false });
    }
  }
}
