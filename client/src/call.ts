import { responseErrorOf } from "./response-error.ts";
import type { TokenSource } from "./token-source.ts";
import type { Reply, Transport } from "./transport.ts";
import { unlessAborted } from "./unless-aborted.ts";

export interface CallRequest {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the bridge's URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One call in the user's name, made a second time with a new token where the first was refused.
 * @throws BotError for anything but a 2xx, and as the transport does; whatever the token's function throws.
 */
export type Call = (request: CallRequest) => Promise<Reply>;

export interface CallPorts {
  readonly url: string;
  readonly tokens: TokenSource;
  readonly transport: Transport;
}

export const makeCall = ({ url, tokens, transport }: CallPorts): Call => {
  const base = url.replace(/\/+$/, "");
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
          // The token alone says who asks, and no answer is worth keeping.
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
