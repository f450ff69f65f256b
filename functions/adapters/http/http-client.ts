import http, { type IncomingMessage } from "node:http";
import https from "node:https";
import { type Duplex, pipeline, type Readable } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { Clock } from "#core/shared/clock.ts";
import { isPublicAddress, literalAddress, lookupPublic } from "./public-address.ts";

export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Until the connection stands. */
  readonly connectMs: number;
  /** From the request until the answer's head. */
  readonly headMs: number;
  /** Ends the call and its answer, whatever their state. */
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** The body's pieces as they arrive. Leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Buffer>;
}

/** Why a call brought no answer. `connected`: whether the other side may have seen the request. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly kind: "unreachable" | "timeout" | "forbidden_address";
  readonly connected: boolean;

  constructor(kind: HttpFailure["kind"], connected: boolean, cause: unknown) {
    super(`${kind}${connected ? " after the request was sent" : ""}`, { cause });
    this.kind = kind;
    this.connected = connected;
  }
}

export type SendHttp = (request: HttpRequest) => Promise<HttpResponse>;

export interface HttpClientPorts {
  /** Whether no connection may be made to an address that is not public. */
  readonly publicOnly: boolean;
  readonly clock: Clock;
}

const isForbidden = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EADDRNOTPUBLIC";

/** Each piece as far as it can be decoded: a stream's events must not wait for more. */
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

/** A body as it was before a server or a proxy compressed it, although it was asked not to. */
const decoded = (response: IncomingMessage): Readable => {
  const decoder = decoderOf(response.headers["content-encoding"] ?? "");
  // The reader sees an error, and that it stops reading ends the response.
  return decoder ? pipeline(response, decoder, () => {}) : response;
};

const timedOut = Symbol("timed out");

/** A server may close a connection that rests, Node's own after 5 s: a call that is on its way by then is lost. */
const longestRestMs = 4_000;

/** Connections that are kept open, and used again for as long as nobody can have closed them. */
const makeAgent = <A extends http.Agent>(agent: A, clock: Clock) => {
  const restingSince = new WeakMap<Duplex, number>();
  const keep = agent.keepSocketAlive.bind(agent);
  agent.keepSocketAlive = (socket) => {
    restingSince.set(socket, clock.now());
    return keep(socket);
  };
  return (): A => {
    for (const socket of Object.values(agent.freeSockets).flat()) {
      if (socket && clock.now() - (restingSince.get(socket) ?? 0) > longestRestMs) socket.destroy();
    }
    return agent;
  };
};

/**
 * Calls other servers over connections that are kept open. Redirects are answers like any other: none is followed.
 * With `publicOnly`, no connection is made to an address that is not public, whatever the name resolves to.
 */
export const makeHttpClient = ({ publicOnly, clock }: HttpClientPorts): SendHttp => {
  const options = { keepAlive: true, ...(publicOnly && { lookup: lookupPublic }) };
  const plainAgent = makeAgent(new http.Agent(options), clock);
  const secureAgent = makeAgent(new https.Agent(options), clock);

  return ({ method, url, headers, body, connectMs, headMs, signal }) =>
    new Promise((resolve, reject) => {
      const address = literalAddress(url);
      if (publicOnly && address !== undefined && !isPublicAddress(address)) {
        return reject(new HttpFailure("forbidden_address", false, undefined));
      }
      const secure = url.protocol === "https:";
      const request = (secure ? https : http).request(url, {
        method,
        // A compressor holds an event back until its buffer is full.
        headers: { "accept-encoding": "identity", ...headers, "content-length": Buffer.byteLength(body) },
        agent: (secure ? secureAgent : plainAgent)(),
        signal,
      });

      let connected = false;
      let answered = false;
      const giveUp = (): void =>
        void request.destroy(Object.assign(new Error("timed out"), { [timedOut]: true }));
      const giveUpAfter = (ms: number): AbortController => {
        const inTime = new AbortController();
        clock.sleep(ms, inTime.signal).then(() => inTime.signal.aborted || giveUp());
        return inTime;
      };
      let waiting = giveUpAfter(connectMs);
      const onConnected = (): void => {
        connected = true;
        waiting.abort();
        waiting = giveUpAfter(headMs);
      };
      request.once("socket", (socket) => {
        // A call that was aborted while it waited for a connection gets one all the same.
        if (request.destroyed) return;
        if (!socket.connecting) return onConnected();
        socket.once(secure ? "secureConnect" : "connect", onConnected);
      });
      request.once("response", (response: IncomingMessage) => {
        waiting.abort();
        answered = true;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: decoded(response) });
      });
      request.once("error", (error) => {
        waiting.abort();
        if (isForbidden(error)) return reject(new HttpFailure("forbidden_address", false, error));
        reject(new HttpFailure(timedOut in error ? "timeout" : "unreachable", connected, error));
      });
      // After a 101 that nobody asked for, Node closes the connection and says no more than this.
      request.once("close", () => {
        waiting.abort();
        if (!answered) reject(new HttpFailure("unreachable", connected, undefined));
      });
      request.end(body);
    });
};
