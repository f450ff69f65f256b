import * as v from "valibot";
import { HttpFailure } from "#adapters/http/http-client.ts";

/** Why a connection failed, by the codes of Node's errors. */
const causes: readonly (readonly [RegExp, string])[] = [
  [/^(ENOTFOUND|EAI_AGAIN|ENODATA)$/, "The host name is unknown: check its spelling and its DNS record."],
  [/^ECONNREFUSED$/, "The connection was refused: check the port, and that the server runs."],
  [
    /CERT|^ERR_TLS_|^ERR_SSL_|SIGNATURE|^EPROTO$/,
    "The TLS connection failed: check the server's certificate and that the port serves https.",
  ],
];

/** An error of Node's. */
const systemError = v.object({
  name: v.optional(v.string()),
  code: v.fallback(v.optional(v.string()), undefined),
});

/** Why a call got no response, in words for the caller, who learns nothing of the network that the call was made from. */
export const describeCallFailure = (error: unknown): string => {
  if (!(error instanceof HttpFailure)) return "The request could not be sent.";
  const { kind } = error;
  const cause = v.safeParse(systemError, error.cause);
  const { name, code = "" } = cause.success ? cause.output : {};
  if (kind === "forbidden_address")
    return "The address is not public. The bridge calls public addresses only.";
  if (kind === "timeout" || name === "AbortError")
    return "There was no complete response in time: check the address, and firewalls in front of the server.";
  const [, known] = causes.find(([pattern]) => pattern.test(code)) ?? [];
  return known ?? "The connection broke before there was a response: check the address and the server.";
};

const redirects = new Set([301, 302, 303, 307, 308]);

/** What a status says about the server rather than about the call; undefined for others. */
export const describeServerStatus = (status: number): string | undefined => {
  if (redirects.has(status))
    return `${status}: the server redirects, and the bridge does not follow. Use the address that it redirects to.`;
  if (status === 429) return "429: the server has too many requests. Try again later.";
  if (status >= 500)
    return `${status}: the server, or a proxy in front of it, has a problem. Look at its log.`;
  return undefined;
};
