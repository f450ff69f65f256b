import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { ForwardedReply } from "#adapters/api-gateway/forwarded-reply.ts";
import type { VerifyCall } from "#adapters/rongcloud/verify-call.ts";
import type { ForwardCall } from "#core/intake/forward-call.ts";
import { callerError } from "#core/shared/errors.ts";

export interface AnswerUnknownPathPorts {
  readonly verifyCall: VerifyCall;
  /** Undefined if there is no real IM (`PASS_THROUGH`). */
  readonly forwardCall: ForwardCall | undefined;
}

/** For an app server that expects RongCloud's whole API. */
const notServed =
  "no such path: without RongCloud behind it (passThrough), this bridge serves only bots, messages to bots and tokens";

/** Of a header. Node throws for characters that a header may not have. */
const printable = /^[\x20-\x7e]{1,256}$/;

const contentTypeOf = ({ headers }: ApiRequest): string => {
  const contentType = headers["content-type"] ?? "application/x-www-form-urlencoded";
  if (printable.test(contentType)) return contentType;
  throw callerError("bad_parameter", "content-type: must be 1 to 256 printable ASCII characters");
};

const isSigned = ({ headers }: ApiRequest): boolean =>
  headers.signature !== undefined || headers["rc-signature"] !== undefined;

/**
 * Handles all paths that are not part of this API. Without it, API Gateway would respond with 403 and echo the request. A server
 * SDK supports only one host, so signed calls are forwarded to the IM, signed with the app's secret (docs/messages.md).
 */
export const makeAnswerUnknownPath =
  ({ verifyCall, forwardCall }: AnswerUnknownPathPorts) =>
  async (request: ApiRequest): Promise<ForwardedReply> => {
    const { method, path, query, headers } = request;
    if (!isSigned(request) || (method !== "GET" && method !== "POST")) {
      throw callerError("not_found", "no such path");
    }
    if (!forwardCall) throw callerError("not_found", notServed);
    const { appKey } = await verifyCall(headers);
    const contentType = contentTypeOf(request);
    const reply = await forwardCall({
      appKey,
      method,
      path: query.size > 0 ? `${path}?${query}` : path,
      contentType,
      body: request.body.toString(),
      requestId: headers["x-request-id"],
    });
    return new ForwardedReply(reply);
  };
