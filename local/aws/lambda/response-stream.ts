import { Writable } from "node:stream";

type Prelude = (write: (chunk: string | Uint8Array) => void) => void;

/**
 * The stream that Lambda gives a streaming handler. As in its runtime
 * (aws-lambda-nodejs-runtime-interface-client, src/stream), what HttpResponseStream.from sets goes out with the first
 * write and not without one.
 */
export class ResponseStream extends Writable {
  _onBeforeFirstWrite: Prelude | undefined;
  #contentType = "application/octet-stream";
  #begun = false;
  readonly #send: (bytes: Uint8Array) => Promise<void>;

  /** `send` resolves once the chunk was taken: the back-pressure of whoever reads the answer. */
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
    this.#send(Buffer.concat([...parts, chunk])).then(() => done(), done);
  }
}
