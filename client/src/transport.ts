import { BotError } from "./bot-error.ts";
import type { Clock } from "./clock.ts";
import { maxSilenceMs, maxWholeMs, openConnection } from "./connection.ts";
import { type Contact, unreachable } from "./contact.ts";
import { decodeText } from "./decode-text.ts";

/** The part of the global `fetch` that the client uses. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface TransportPorts {
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Updated with each reply. */
  readonly contact: Contact;
}

export interface Exchange {
  readonly url: string;
  readonly init: RequestInit;
  readonly signal?: AbortSignal | undefined;
  /** How long the reply may take to begin, in milliseconds. Default: 30 s. */
  readonly maxHeadMs?: number | undefined;
}

export interface Reply {
  /** The address that replied. */
  readonly url: string;
  /** The address that redirected to it; undefined if there was no redirect. */
  readonly redirectedFrom: string | undefined;
  readonly status: number;
  readonly headers: Headers;
  /** The bridge's id of the request. */
  readonly requestId: string | undefined;
  /**
   * The body's text as it arrives. Leaving the loop early closes the connection.
   * @throws as the transport does.
   */
  readonly body: AsyncIterable<string>;
  /** Closes the connection, if the body is not read to its end. */
  readonly close: () => void;
}

/**
 * Makes one HTTP exchange with the given `fetch`.
 * @throws BotError `unreachable`, `connection_lost` or `silent`, all retryable; the signal's reason once it aborts.
 */
export type Transport = (exchange: Exchange) => Promise<Reply>;

type BodyReader = ReadableStreamDefaultReader<Uint8Array>;

/** Undefined if the body arrives only as a whole. */
const readerOf = ({ body }: Response): BodyReader | undefined =>
  typeof body?.getReader === "function" ? body.getReader() : undefined;

/** These have no body, wherever `fetch` has streams. */
const isEmpty = ({ status }: Response): boolean => status === 204 || status === 205 || status === 304;

export const makeTransport =
  ({ fetch, clock, contact }: TransportPorts): Transport =>
  async ({ url, init, signal, maxHeadMs = maxSilenceMs }) => {
    const connection = openConnection({ clock, contact }, signal);
    const response = await connection.next(
      fetch(url, { ...init, signal: connection.signal }),
      maxHeadMs,
      (cause) => unreachable(contact, cause),
    );
    contact.isReached = true;
    const reader = readerOf(response);
    if (reader || !isEmpty(response)) contact.hasStreams = reader !== undefined;
    const requestId = response.headers.get("x-request-id") ?? undefined;
    const connectionLost = (cause: unknown): BotError =>
      new BotError("the connection broke", { code: "connection_lost", retryable: true, requestId, cause });

    async function* readPieces(pieces: BodyReader): AsyncGenerator<Uint8Array> {
      for (;;) {
        const piece = await connection.next(pieces.read(), maxSilenceMs, connectionLost);
        if (piece.done) return;
        yield piece.value;
      }
    }
    async function* readBody(): AsyncGenerator<string> {
      try {
        if (reader) yield* decodeText(readPieces(reader));
        else if (!isEmpty(response)) yield await connection.next(response.text(), maxWholeMs, connectionLost);
      } finally {
        connection.close();
      }
    }
    const { status, headers, redirected } = response;
    return {
      url: redirected ? response.url : url,
      redirectedFrom: redirected ? url : undefined,
      status,
      headers,
      requestId,
      close: connection.close,
      body: readBody(),
    };
  };
