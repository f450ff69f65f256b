import type { IncomingMessage } from "node:http";
import { type Duplex, pipeline, type Readable } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Clock } from "#core/shared/clock.ts";
import { readArrivals } from "./connection-pool.ts";

/** Decodes each piece as far as possible, so that events are not delayed until more bytes arrive. */
const inflating = { flush: constants.Z_SYNC_FLUSH, finishFlush: constants.Z_SYNC_FLUSH };
const inflatingBrotli = {
  flush: constants.BROTLI_OPERATION_FLUSH,
  finishFlush: constants.BROTLI_OPERATION_FLUSH,
};

const decoderOf = (encoding: string): Duplex | undefined => {
  switch (encoding.trim().toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip(inflating);
    case "deflate":
      return createInflate(inflating);
    case "br":
      return createBrotliDecompress(inflatingBrotli);
    default:
      return undefined;
  }
};

/** The body, decompressed if a server or a proxy compressed it although the request asks for `identity`. */
const decoded = (response: IncomingMessage): Readable => {
  const decoder = decoderOf(response.headers["content-encoding"] ?? "");
  // The reader gets the decoder's errors. If the reader stops, the pipeline ends the response.
  return decoder ? pipeline(response, decoder, () => {}) : response;
};

/**
 * How long a response whose reader has left may take to end, in milliseconds, and how many bytes may come meanwhile. Dify
 * 1.14 ends a workflow's response a second after its last event.
 */
const maxRestMs = 3_000;
const maxRestBytes = 64 * 1024;

/** Reads the rest without using it, and closes the connection if the rest does not end soon. */
const discardRest = async (body: Readable, response: IncomingMessage, clock: Clock): Promise<void> => {
  if (response.closed) return;
  const ended = new AbortController();
  let size = 0;
  response.once("close", () => ended.abort("closed"));
  // A broken connection concerns nobody any more.
  body.on("error", () => {});
  body.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxRestBytes) response.destroy();
  });
  body.resume();
  await clock.sleep(maxRestMs, ended.signal);
  await readArrivals();
  response.destroy();
};

/**
 * The chunks of a response, decompressed. A reader may leave when it has what it needs, such as the last event of an answer:
 * the response usually ends soon after, and its connection can then be used again, which saves the next request the round
 * trips of TCP and TLS. `onLeft` is called first: from then on nobody waits for the response, and nobody has to abort it.
 */
export const responseBody = (
  response: IncomingMessage,
  clock: Clock,
  onLeft: () => void,
): AsyncIterable<Buffer> => {
  const body = decoded(response);
  return {
    [Symbol.asyncIterator]: () => {
      const chunks = body.iterator({ destroyOnReturn: false });
      return {
        next: () => chunks.next(),
        return: async () => {
          onLeft();
          const left = await chunks.return?.();
          void discardRest(body, response, clock);
          return left ?? { done: true, value: undefined };
        },
      };
    },
  };
};
