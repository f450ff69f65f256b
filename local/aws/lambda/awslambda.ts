import type { Writable } from "node:stream";
import type { ResponseStream } from "./response-stream.ts";

const streaming = Symbol.for("aws.lambda.runtime.handler.streaming");

export type BufferedHandler = (event: unknown, context: unknown) => unknown;
export type StreamingHandler = (event: unknown, stream: Writable, context: unknown) => Promise<unknown>;

const delimiterLength = 8;

/** The global of Lambda's Node runtime that handler modules use when they are imported. */
export const awslambda = {
  streamifyResponse(handler: StreamingHandler): StreamingHandler {
    return Object.assign(handler, { [streaming]: "response" });
  },
  HttpResponseStream: {
    from(stream: ResponseStream, metadata: Readonly<Record<string, unknown>>): ResponseStream {
      stream.setContentType("application/vnd.awslambda.http-integration-response");
      stream._onBeforeFirstWrite = (write) => {
        write(JSON.stringify(metadata));
        write(new Uint8Array(delimiterLength));
      };
      return stream;
    },
  },
};

export const isStreaming = (handler: BufferedHandler | StreamingHandler): handler is StreamingHandler =>
  streaming in handler;
