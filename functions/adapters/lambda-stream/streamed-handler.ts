import middy from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { type ApiRequest, toApiRequest } from "#adapters/api-gateway/api-request.ts";
import { errorReplies } from "#adapters/api-gateway/error-replies.ts";
import { type ApiMiddleware, type ApiResult, requestId, traceOf } from "#adapters/api-gateway/request-id.ts";
import { withTrace } from "#adapters/node/trace.ts";
import type { Log } from "#core/shared/log.ts";

/**
 * A handler that streams its responses. `answer` returns a response, or throws before its first byte; later errors belong in
 * the body. `leftMs`: the remaining time of the invocation.
 */
export const makeStreamedHandler = (
  log: Log,
  answer: (request: ApiRequest, leftMs: number) => Promise<ApiResult>,
  extraMiddleware: readonly ApiMiddleware<ApiResult>[],
) =>
  middy<APIGatewayProxyEvent, ApiResult>({ executionMode: executionModeStreamifyResponse })
    .use([requestId(), ...extraMiddleware, errorReplies<ApiResult>(log, (reply) => reply)])
    .handler((event, context) =>
      withTrace(traceOf(event), () => answer(toApiRequest(event), context.getRemainingTimeInMillis())),
    );
