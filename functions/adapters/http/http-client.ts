import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import https from "node:https";
import type { Clock } from "#core/shared/clock.ts";
import { type ConnectionPool, makeConnectionPool } from "./connection-pool.ts";
import { lookupPublic } from "./lookup-public.ts";
import { isPublicAddress, literalAddress } from "./public-address.ts";
import { responseBody } from "./response-body.ts";

/** Not by an import: that reads all exports, and WebSocket loads undici, which takes 15 to 20 ms of a cold start (Node 24). */
const http = process.getBuiltinModule("node:http");

export interface HttpRequest {
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Until the connection is established. */
  readonly connectMs: number;
  /** From the connection until the response headers. */
  readonly headMs: number;
  /** Aborts the request, or its response while that is read. */
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The body's chunks as they arrive. To close the connection at once, abort the request's signal; see `responseBody`. */
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

const timedOut = Symbol("timed out");

/** Whether the server closed the connection, instead of responding or sending what is not HTTP. */
const isReset = (error: Error | undefined): boolean =>
  error !== undefined && "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");

/**
 * An HTTP client that keeps connections for as long as their servers do. It does not follow redirects. With `publicOnly`, it
 * connects to no address that is not public, whatever a name resolves to. Rejects with HttpFailure.
 *
 * It sends a POST once. A GET is repeated on a new connection if the server closed one that had been used before without
 * responding (RFC 9110, 9.2.2).
 */
export const makeHttpClient = ({ publicOnly, clock }: HttpClientPorts): SendHttp => {
  const options = { keepAlive: true, ...(publicOnly && { lookup: lookupPublic }) };
  const plainPool = makeConnectionPool(new http.Agent(options), clock);
  const securePool = makeConnectionPool(new https.Agent(options), clock);

  const exchange = async (
    pool: ConnectionPool,
    given: HttpRequest,
    mayRepeat: boolean,
  ): Promise<HttpResponse> => {
    const { method, url, headers, body, connectMs, headMs, signal } = given;
    const secure = url.protocol === "https:";
    const agent = await pool.ready(url.origin);
    return new Promise((resolve, reject) => {
      const request = (secure ? https : http).request(url, {
        method,
        // A compressor would delay events until its buffer is full.
        headers: { "accept-encoding": "identity", ...headers, "content-length": Buffer.byteLength(body) },
        agent,
      });
      const abort = (): void => void request.destroy(new DOMException("The call was aborted", "AbortError"));
      const forgetSignal = (): void => signal.removeEventListener("abort", abort);
      signal.addEventListener("abort", abort, { once: true });

      let connected = false;
      let ended = false;
      const timeOut = (): void =>
        void request.destroy(Object.assign(new Error("timed out"), { [timedOut]: true }));
      // Aborting without a reason would create an error with a stack, which costs more than the rest of a small request.
      const timeOutAfter = (ms: number): AbortController => {
        const timer = new AbortController();
        clock.sleep(ms, timer.signal).then(() => timer.signal.aborted || timeOut());
        return timer;
      };
      let timer = timeOutAfter(connectMs);
      const onConnected = (): void => {
        connected = true;
        timer.abort("connected");
        timer = timeOutAfter(headMs);
      };
      const fail = (error: Error | undefined): void => {
        if (ended) return;
        ended = true;
        timer.abort("failed");
        const isTimeout = error !== undefined && timedOut in error;
        const isStale = request.reusedSocket && isReset(error);
        // A firewall that dropped an idle connection does not say so: the request times out.
        if (request.socket && (isStale || (request.reusedSocket && isTimeout))) pool.broke(request.socket);
        if (isStale && mayRepeat && !signal.aborted) {
          pool.closeIdle(url.origin);
          resolve(exchange(pool, given, false));
        } else if (isForbidden(error)) {
          reject(new HttpFailure("forbidden_address", false, error));
        } else {
          reject(new HttpFailure(isTimeout ? "timeout" : "unreachable", connected, error));
        }
      };
      request.once("socket", (socket) => {
        pool.assigned(url.origin, socket);
        // A request that was aborted while it waited for a connection still gets one.
        if (request.destroyed) return;
        if (!socket.connecting) return onConnected();
        socket.once(secure ? "secureConnect" : "connect", onConnected);
      });
      request.once("response", (response: IncomingMessage) => {
        timer.abort("responded");
        ended = true;
        pool.responded(response.socket, response.headers);
        const body = responseBody(response, clock, () => {
          forgetSignal();
          pool.left(response.socket);
        });
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
      request.once("error", fail);
      // After an unexpected 101, Node closes the connection and emits only this.
      request.once("close", () => {
        forgetSignal();
        fail(undefined);
      });
      if (signal.aborted) abort();
      else request.end(body);
    });
  };

  return async (request) => {
    const { method, url } = request;
    const address = literalAddress(url);
    if (publicOnly && address !== undefined && !isPublicAddress(address)) {
      throw new HttpFailure("forbidden_address", false, undefined);
    }
    return exchange(url.protocol === "https:" ? securePool : plainPool, request, method === "GET");
  };
};
