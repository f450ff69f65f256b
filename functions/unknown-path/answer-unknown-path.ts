import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { PassedReply } from "#adapters/api-gateway/passed-reply.ts";
import type { VerifyCall } from "#adapters/rongcloud/verify-call.ts";
import type { ForwardCall } from "#core/intake/forward-call.ts";
import { callerError } from "#core/shared/errors.ts";

export interface AnswerUnknownPathPorts {
  readonly verifyCall: VerifyCall;
  /** Undefined where no real IM is behind us. */
  readonly passOn: ForwardCall | undefined;
}

const isSigned = ({ headers }: ApiRequest): boolean =>
  headers.signature !== undefined || headers["rc-signature"] !== undefined;

/**
 * Answers every path that is not ours: left to itself, API Gateway says 403, and quotes what it was sent. A server SDK
 * knows one host, so a signed call goes on to the IM, in the app's name (docs/messages.md).
 */
export const makeAnswerUnknownPath =
  ({ verifyCall, passOn }: AnswerUnknownPathPorts) =>
  async (request: ApiRequest): Promise<PassedReply> => {
    const { method, path, query, headers } = request;
    if (!passOn || !isSigned(request) || (method !== "GET" && method !== "POST")) {
      throw callerError("not_found", "no such path");
    }
    const { appKey } = await verifyCall(headers);
    const reply = await passOn({
      appKey,
      method,
      path: query.size > 0 ? `${path}?${query}` : path,
      contentType: headers["content-type"] ?? "application/x-www-form-urlencoded",
      body: request.body.toString(),
    });
    return new PassedReply(reply);
  };
