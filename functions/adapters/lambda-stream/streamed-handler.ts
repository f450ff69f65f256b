import middy from "@middy/core";
import { executionModeStreamifyResponse } from "@middy/core/StreamifyResponse";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { type ApiRequest, toApiRequest } from "#adapters/api-gateway/api-request.ts";
import { errorReplies } from "#adapters/api-gateway/error-replies.ts";
import { type ApiMiddleware, type ApiResult, requestId } from "#adapters/api-gateway/request-id.ts";
import type { Log } from "#core/shared/log.ts";

/**
 * A handler whose replies leave as they come. `answer` gives a reply, or throws before its first byte; what goes wrong after
 * that belongs into the body. `leftMs`: what is left of the function's time.
 */
export const makeStreamedHandler = (
  log: Log,
  answer: (request: ApiRequest, leftMs: number) => Promise<ApiResult>,
  besides: readonly ApiMiddleware<ApiResult>[],
) =>
  middy<APIGatewayProxyEvent, ApiResult>({ executionMode: executionModeStreamifyResponse })
    .use([requestId(), ...besides, errorReplies<ApiResult>(log, (reply) => reply)])
    .handler((event, context) => answer(toApiRequest(event), context.getRemainingTimeInMillis()));
