import type { ApiRequest } from "#adapters/api-gateway/api-request.ts";
import { ForwardedReply } from "#adapters/api-gateway/forwarded-reply.ts";
import { toForwardedCall } from "#adapters/api-gateway/forwarded-request.ts";
import type { VerifyCall } from "#adapters/rongcloud/verify-call.ts";
import type { ForwardCall } from "#core/intake/forward-call.ts";
import { type BridgeError, callerError } from "#core/shared/errors.ts";

export interface AnswerUnknownPathPorts {
  readonly verifyCall: VerifyCall;
  /** Undefined if there is no real IM (`PASS_THROUGH`). */
  readonly forwardCall: ForwardCall | undefined;
}

const isSigned = ({ headers }: ApiRequest): boolean =>
  headers.signature !== undefined || headers["rc-signature"] !== undefined;

/** Paths of RongCloud's server API. Only such a path is quoted in an error. */
const imPath = /^(?:\/\w{1,32}){1,8}\.json$/;

/** They need what the bridge does not store: messages (docs/adr/0034). */
const historyPath = /^\/(?:message\/history|conversation\/message\/history|v3\/message\/\w+\/query)\b/;

/** Why a signed call of RongCloud's API is not served without RongCloud. */
const notServed = (path: string): BridgeError => {
  const reason = "this bridge runs stand-alone (passThrough is off)";
  const stored = historyPath.test(path) ? " and stores no messages" : "";
  return callerError("not_found", `${path} is served by RongCloud only: ${reason}${stored}`);
};

/**
 * Handles all paths that are not part of this API. Without it, API Gateway would respond with 403 and echo the request. A server
 * SDK supports only one host, so signed calls are forwarded to the IM, signed with the app's secret (docs/messages.md).
 */
export const makeAnswerUnknownPath =
  ({ verifyCall, forwardCall }: AnswerUnknownPathPorts) =>
  async (request: ApiRequest): Promise<ForwardedReply> => {
    const { method, path, headers } = request;
    const mayBeServed = forwardCall !== undefined || imPath.test(path);
    if (!mayBeServed || !isSigned(request) || (method !== "GET" && method !== "POST")) {
      throw callerError("not_found", "no such path");
    }
    const { appKey } = await verifyCall(headers);
    if (!forwardCall) throw notServed(path);
    return new ForwardedReply(await forwardCall(toForwardedCall(appKey, request, { method, path })));
  };
