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
  /** Until the connection is established. */
  readonly connectMs: number;
  /** From the connection until the response headers. */
  readonly headMs: number;
  /** Aborts the request or its response. */
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** The body's chunks as they arrive. Leaving the loop early closes the connection. */
  readonly body: AsyncIterable<Buffer>;
}

/** A call without a response. `connected`: whether the server may have received the request. */
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
  /** Whether to connect to public addresses only. */
  readonly publicOnly: boolean;
  readonly clock: Clock;
}

const isForbidden = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EADDRNOTPUBLIC";

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

const timedOut = Symbol("timed out");

/** A server may close an idle connection, Node's server after 5 s. A request sent at that moment fails. */
const maxIdleMs = 4_000;

/** Returns the agent after closing connections that have been idle for too long. */
const makeAgent = <A extends http.Agent>(agent: A, clock: Clock) => {
  const idleSince = new WeakMap<Duplex, number>();
  const keep = agent.keepSocketAlive.bind(agent);
  agent.keepSocketAlive = (socket) => {
    idleSince.set(socket, clock.now());
    return keep(socket);
  };
  return (): A => {
    for (const socket of Object.values(agent.freeSockets).flat()) {
      if (socket && clock.now() - (idleSince.get(socket) ?? 0) > maxIdleMs) socket.destroy();
    }
    return agent;
  };
};

/**
 * An HTTP client with keep-alive. It does not follow redirects. With `publicOnly`, it connects to no address that is not public,
 * whatever a name resolves to. Rejects with HttpFailure.
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
        // A compressor would delay events until its buffer is full.
        headers: { "accept-encoding": "identity", ...headers, "content-length": Buffer.byteLength(body) },
        agent: (secure ? secureAgent : plainAgent)(),
        signal,
      });

      let connected = false;
      let hasResponse = false;
      const timeOut = (): void =>
        void request.destroy(Object.assign(new Error("timed out"), { [timedOut]: true }));
      const timeOutAfter = (ms: number): AbortController => {
        const timer = new AbortController();
        clock.sleep(ms, timer.signal).then(() => timer.signal.aborted || timeOut());
        return timer;
      };
      let timer = timeOutAfter(connectMs);
      const onConnected = (): void => {
        connected = true;
        timer.abort();
        timer = timeOutAfter(headMs);
      };
      request.once("socket", (socket) => {
        // A request that was aborted while it waited for a connection still gets one.
        if (request.destroyed) return;
        if (!socket.connecting) return onConnected();
        socket.once(secure ? "secureConnect" : "connect", onConnected);
      });
      request.once("response", (response: IncomingMessage) => {
        timer.abort();
        hasResponse = true;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: decoded(response) });
      });
      request.once("error", (error) => {
        timer.abort();
        if (isForbidden(error)) return reject(new HttpFailure("forbidden_address", false, error));
        reject(new HttpFailure(timedOut in error ? "timeout" : "unreachable", connected, error));
      });
      // After an unexpected 101, Node closes the connection and emits only this.
      request.once("close", () => {
        timer.abort();
        if (!hasResponse) reject(new HttpFailure("unreachable", connected, undefined));
      });
      request.end(body);
    });
};
