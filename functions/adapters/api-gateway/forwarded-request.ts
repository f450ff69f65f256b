import type { ForwardCall, ForwardedCall } from "#core/intake/forward-call.ts";
import { callerError } from "#core/shared/errors.ts";
import type { ApiRequest } from "./api-request.ts";
import { ForwardedReply } from "./forwarded-reply.ts";
import type { SignedRoute } from "./signed-api.ts";

/** Of a header. Node throws for characters that a header may not have. */
const printable = /^[\x20-\x7e]{1,256}$/;

export const formContentType = "application/x-www-form-urlencoded";

const contentTypeOf = ({ headers }: ApiRequest): string => {
  const contentType = headers["content-type"] ?? formContentType;
  if (printable.test(contentType)) return contentType;
  throw callerError("bad_parameter", "content-type: must be 1 to 256 printable ASCII characters");
};

/** A request to a route of the bridge's own as it is forwarded to the IM. `body`: if it is not the one that was sent. */
export const toRouteCall = (
  appKey: string,
  request: ApiRequest,
  contentType: "application/json" | typeof formContentType,
  body = request.body.toString(),
): ForwardedCall => ({
  appKey,
  method: "POST",
  path: request.route,
  contentType,
  body,
  requestId: request.headers["x-request-id"],
});

/** A request as it is forwarded to the IM, with its query, content type and body. */
export const toForwardedCall = (
  appKey: string,
  request: ApiRequest,
  { method, path }: Pick<ForwardedCall, "method" | "path">,
): ForwardedCall => ({
  appKey,
  method,
  path: request.query.size > 0 ? `${path}?${request.query}` : path,
  contentType: contentTypeOf(request),
  body: request.body.toString(),
  requestId: request.headers["x-request-id"],
});

/** Forwards the calls of these routes unchanged, and returns the IM's replies. */
export const forwardRoutes = (
  paths: readonly string[],
  forwardCall: ForwardCall,
): Record<string, SignedRoute> => {
  const forward: SignedRoute = async ({ appKey }, request) => {
    const call = toForwardedCall(appKey, request, { method: "POST", path: request.route });
    return new ForwardedReply(await forwardCall(call));
  };
  return Object.fromEntries(paths.map((path) => [path, forward]));
};
