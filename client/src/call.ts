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
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a call on behalf of the user, and once more with a new token if it is answered 401.
 * @throws BotError for any status but 2xx, and as the transport does; whatever the token function throws.
 */
export type Call = (request: CallRequest) => Promise<Reply>;

export interface CallPorts {
  readonly url: string;
  readonly tokens: TokenSource;
  readonly transport: Transport;
}

export const makeCall = ({ url, tokens, transport }: CallPorts): Call => {
  let base = url;
  while (base.endsWith("/")) base = base.slice(0, -1);
  return async ({ method, path, headers, body, signal }) => {
    const send = (token: string): Promise<Reply> =>
      transport(
        `${base}${path}`,
        {
          method,
          headers: {
            ...headers,
            authorization: `Bearer ${token}`,
            ...(body !== undefined && { "content-type": "application/json" }),
          },
          ...(body !== undefined && { body: JSON.stringify(body) }),
          // The token alone identifies the user, and responses must not be cached.
          credentials: "omit",
          cache: "no-store",
        },
        signal,
      );

    const token = await unlessAborted(tokens.current(), signal);
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
};
