import middy from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { withTrace } from "#adapters/node/trace.ts";
import type { Log } from "#core/shared/log.ts";
import { type ApiRequest, toApiRequest } from "./api-request.ts";
import { errorReplies } from "./error-replies.ts";
import { ForwardedReply } from "./forwarded-reply.ts";
import { jsonReply } from "./json-reply.ts";
import { type ApiMiddleware, requestId, traceOf } from "./request-id.ts";

/** A handler for API Gateway. The value of `answer` becomes the response body; an error that it throws, an error response. */
export const makeApiHandler = (
  log: Log,
  answer: (request: ApiRequest) => Promise<object | ForwardedReply>,
  extraMiddleware: readonly ApiMiddleware<APIGatewayProxyResult>[] = [],
) =>
  middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use([requestId(), ...extraMiddleware, errorReplies(log, (reply) => reply)])
    .handler(async (event) => {
      const result = await withTrace(traceOf(event), () => answer(toApiRequest(event)));
      return result instanceof ForwardedReply ? result.toResult() : jsonReply(200, result);
    });
