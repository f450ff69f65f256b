import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { type JsonObject, type JsonValue, parseJson } from "./json.ts";

/** A received request, for tests. */
export interface ReceivedRequest {
  /** The bearer token; undefined without one. */
  readonly key: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Undefined if it is not JSON. */
  readonly body: JsonValue | undefined;
}

export const describeRequest = (
  { url, method = "GET", headers }: IncomingMessage,
  text: string,
): ReceivedRequest => {
  const { pathname: path, searchParams } = new URL(url ?? "/", "http://dify.local");
  const key = /^bearer (.*)$/i.exec(headers.authorization ?? "")?.[1];
  return { key, method, path, query: Object.fromEntries(searchParams), headers, body: parseJson(text) };
};

export interface Reply {
  readonly status: number;
  readonly type: string;
  /** The whole body, or a function that writes it and ends the response. */
  readonly body: string | Uint8Array | ((response: ServerResponse) => void);
}

export const sendReply = (response: ServerResponse, { status, type, body }: Reply): void => {
  // Stream headers are sent with the first byte, as in Dify.
  response.writeHead(status, { "content-type": type });
  if (typeof body === "function") body(response);
  else response.end(body);
};

export const jsonReply = (status: number, body: JsonObject, type = "application/json"): Reply => ({
  status,
  type,
  body: JSON.stringify(body),
});

export const success = jsonReply(200, { result: "success" });

/** Ends a request with one of Dify's errors. */
export class Refusal extends Error {
  readonly reply: Reply;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.reply = jsonReply(status, { code, message, status });
  }
}

export const invalidParam = (message: string): Refusal => new Refusal(400, "invalid_param", message);
export const notFound = (message: string): Refusal => new Refusal(404, "not_found", message);

/** An event, or a ping if it is undefined. */
export const frame = (event: JsonObject | undefined): string =>
  event === undefined ? "event: ping\n\n" : `data: ${JSON.stringify(event)}\n\n`;
