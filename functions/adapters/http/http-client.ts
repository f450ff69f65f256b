import http, { type IncomingMessage } from "node:http";
import https from "node:https";
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

const isForbidden = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "EADDRNOTPUBLIC";

const timedOut = Symbol("timed out");

/**
 * Calls other servers over connections that are kept open. Redirects are answers like any other: none is followed.
 * With `publicOnly`, no connection is made to an address that is not public, whatever the name resolves to.
 */
export const makeHttpClient = ({ publicOnly }: { publicOnly: boolean }): SendHttp => {
  const options = { keepAlive: true, ...(publicOnly && { lookup: lookupPublic }) };
  const agents = { "http:": new http.Agent(options), "https:": new https.Agent(options) };

  return ({ method, url, headers, body, connectMs, headMs, signal }) =>
    new Promise((resolve, reject) => {
      const address = literalAddress(url);
      if (publicOnly && address !== undefined && !isPublicAddress(address)) {
        return reject(new HttpFailure("forbidden_address", false, undefined));
      }
      const secure = url.protocol === "https:";
      const request = (secure ? https : http).request(url, {
        method,
        headers: { ...headers, "content-length": Buffer.byteLength(body) },
        agent: agents[secure ? "https:" : "http:"],
        signal,
      });

      let connected = false;
      const giveUp = (): void =>
        void request.destroy(Object.assign(new Error("timed out"), { [timedOut]: true }));
      let timer = setTimeout(giveUp, connectMs);
      const onConnected = (): void => {
        connected = true;
        clearTimeout(timer);
        timer = setTimeout(giveUp, headMs);
      };
      request.once("socket", (socket) => {
        // A call that was aborted while it waited for a connection gets one all the same.
        if (request.destroyed) return;
        if (!socket.connecting) return onConnected();
        socket.once(secure ? "secureConnect" : "connect", onConnected);
      });
      request.once("response", (response: IncomingMessage) => {
        clearTimeout(timer);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
      });
      request.once("error", (error) => {
        clearTimeout(timer);
        if (isForbidden(error)) return reject(new HttpFailure("forbidden_address", false, error));
        reject(new HttpFailure(timedOut in error ? "timeout" : "unreachable", connected, error));
      });
      // After a 101 that nobody asked for, Node closes the connection and says no more than this.
      request.once("close", () => {
        clearTimeout(timer);
        reject(new HttpFailure("unreachable", connected, undefined));
      });
      request.end(body);
    });
};
