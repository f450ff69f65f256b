import { Writable } from "node:stream";

type Prelude = (write: (chunk: string | Uint8Array) => void) => void;

/**
 * The response stream of a streaming handler. As in Lambda's runtime (aws-lambda-nodejs-runtime-interface-client,
 * src/stream), what HttpResponseStream.from sets is sent with the first write, and never without one.
 */
export class ResponseStream extends Writable {
  _onBeforeFirstWrite: Prelude | undefined;
  #contentType = "application/octet-stream";
  #begun = false;
  readonly #send: (bytes: Uint8Array) => Promise<void>;

  /** `send` resolves once the reader has accepted the chunk, for back-pressure. */
  constructor(send: (bytes: Uint8Array) => Promise<void>) {
    super();
    this.#send = send;
  }

  setContentType(contentType: string): void {
    if (this.#begun) throw new Error("Cannot set content-type, too late.");
    this.#contentType = contentType;
  }

  get contentType(): string {
    return this.#contentType;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const parts: Uint8Array[] = [];
    if (!this.#begun) {
      this.#begun = true;
      this._onBeforeFirstWrite?.((part) => parts.push(typeof part === "string" ? Buffer.from(part) : part));
    }
    const bytes = Buffer.concat([...parts, chunk]);
    // A copy: a small Buffer is a part of Node's pool of 64 KB, all of which would be sent to the other thread.
    this.#send(new Uint8Array(bytes)).then(() => done(), done);
  }
}
