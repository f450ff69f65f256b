import { checkHeader } from "./check-argument.ts";
import { responseErrorOf } from "./response-error.ts";
import type { TokenSource } from "./token-source.ts";
import type { Reply, Transport } from "./transport.ts";
import { unlessAborted } from "./unless-aborted.ts";

export interface CallRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Path relative to the bridge's URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent instead of `body`: a file. */
  readonly form?: FormData;
  readonly signal?: AbortSignal | undefined;
  /** Called when the token is known, and the request is about to be sent. */
  readonly onSend?: () => void;
}

/**
 * Makes a call on behalf of the user, and once more with a new token if it is answered 401.
 * @throws BotError for any status but 2xx, and as the transport does; TypeError for a token that cannot be one; whatever
 * the token function throws.
 */
export type Call = (request: CallRequest) => Promise<Reply>;

export interface CallPorts {
  /** The bridge's base URL. */
  readonly url: string;
  readonly tokens: TokenSource;
  readonly transport: Transport;
}

/** A reply begins when the file has been sent, of which `fetch` gives no sign: 10 MB take this long at 0.3 Mbit/s. */
export const maxUploadMs = 5 * 60_000;

export const makeCall =
  ({ url, tokens, transport }: CallPorts): Call =>
  async ({ method, path, headers, body, form, signal, onSend }) => {
    const isJson = form === undefined && body !== undefined;
    const send = (token: string): Promise<Reply> =>
      transport({
        url: `${url}${path}`,
        init: {
          method,
          headers: {
            ...headers,
            // A page's own server may answer with a login page.
            authorization: `Bearer ${checkHeader("token", token)}`,
            // That of a form has a boundary, which `fetch` adds.
            ...(isJson && { "content-type": "application/json" }),
          },
          ...(isJson && { body: JSON.stringify(body) }),
          ...(form && { body: form }),
          // The token alone identifies the user, and responses must not be cached.
          credentials: "omit",
          cache: "no-store",
        },
        signal,
        maxHeadMs: form && maxUploadMs,
      });

    const token = await unlessAborted(tokens.current(), signal);
    onSend?.();
    let reply = await send(token);
    if (reply.status === 401) {
      const renewed = await unlessAborted(tokens.renew(token), signal);
      if (renewed !== undefined) {
        reply.close();
        reply = await send(renewed);
      }
    }
    if (reply.status < 200 || reply.status > 299) throw await responseErrorOf(reply);
    return reply;
  };
