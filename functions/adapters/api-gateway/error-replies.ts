import type { APIGatewayProxyResult } from "aws-lambda";
import { withTrace } from "#adapters/node/trace.ts";
import type { Log } from "#core/shared/log.ts";
import { retryAfterHeader, toApiFailure } from "./api-error.ts";
import { jsonReply } from "./json-reply.ts";
import { type ApiMiddleware, type ApiResult, traceOf } from "./request-id.ts";

/** In characters. The longest path of this API with two ids is shorter. */
const maxLoggedPath = 200;

/** Turns a thrown error into an error response, never a streamed one. The log has the details that the caller does not get. */
export const errorReplies = <R extends ApiResult>(
  log: Log,
  toResult: (reply: APIGatewayProxyResult) => R,
): ApiMiddleware<R> => ({
  onError: (request) => {
    const { status, body } = toApiFailure(request.error);
    const path = request.event.path.slice(0, maxLoggedPath);
    const fields = { path, status, code: body.code };
    withTrace(traceOf(request.event), () => {
      if (status >= 500) log.error("request_failed", { ...fields, reason: String(request.error) });
      else log.info("request_refused", fields);
    });
    request.response = toResult(jsonReply(status, body, retryAfterHeader(request.error)));
  },
});
