import type { Readable } from "node:stream";

export interface ConsoleReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | Readable;
}

type Headers = ConsoleReply["headers"];

export const jsonReply = (status: number, body: object, headers: Headers = {}): ConsoleReply => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", ...headers },
  body: JSON.stringify(body),
});

/** `location` is an address of the console or of the sign-in provider, never one that a request names. */
export const redirectTo = (location: string, headers: Headers = {}): ConsoleReply => ({
  status: 302,
  headers: { "content-type": "text/plain; charset=utf-8", location, ...headers },
  // A streamed response needs a body.
  body: "See the location header.\n",
});
