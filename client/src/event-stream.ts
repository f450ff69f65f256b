import { createParser } from "eventsource-parser";
import { BotError } from "./bot-error.ts";

export interface StreamedMessage {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  readonly data: string;
}

/** A replay has at most 1 MB, of which one event is a part. */
const maxEventBytes = 4 * 1024 * 1024;

/**
 * Parses bytes into messages. Characters, lines and messages may be split over several chunks. An unterminated message
 * at the end is dropped.
 * @throws BotError `bad_answer` if a message is too long.
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
    if (isTooLong) throw new BotError("an event exceeds 4 MB", { code: "bad_answer", retryable: false });
  }
}
