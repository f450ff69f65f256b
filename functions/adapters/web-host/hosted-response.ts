import type { ServerResponse } from "node:http";
import { Writable } from "node:stream";

export interface ResponseHead {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The response stream of a streaming handler, on top of a response of Node's HTTP server. The client's pace holds the
 * handler back. After a disconnect, writes are accepted and dropped: a turn runs to its end, as it does behind API
 * Gateway, where a function does not learn of a disconnect.
 */
export class HostedResponse extends Writable {
  head: ResponseHead = { statusCode: 200 };
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    super();
    this.#response = response;
    // A connection that fails closes the response; its error has no other effect.
    response.on("error", () => {});
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const response = this.#response;
    if (isGone(response) || this.#send(chunk)) {
      done();
      return;
    }
    const accepted = (): void => {
      response.off("drain", accepted).off("close", accepted);
      done();
    };
    response.on("drain", accepted).on("close", accepted);
  }

  override _final(done: () => void): void {
    const response = this.#response;
    if (isGone(response)) {
      done();
      return;
    }
    this.#sendHead();
    response.once("close", done);
    response.end();
  }

  /** Whether more may be written at once. */
  #send(chunk: Buffer): boolean {
    this.#sendHead();
    return chunk.length === 0 || this.#response.write(chunk);
  }

  #sendHead(): void {
    if (this.#response.headersSent) return;
    this.#response.writeHead(this.head.statusCode, this.head.headers);
    // A stream may have no event for a long time; the client gets its status at once.
    this.#response.flushHeaders();
  }
}

const isGone = (response: ServerResponse): boolean => response.destroyed || response.writableEnded;
