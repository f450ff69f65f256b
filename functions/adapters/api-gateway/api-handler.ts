import middy from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import type { Log } from "#core/shared/log.ts";
import { type ApiRequest, toApiRequest } from "./api-request.ts";
import { errorReplies } from "./error-replies.ts";
import { jsonReply } from "./json-reply.ts";
import { PassedReply } from "./passed-reply.ts";
import { type ApiMiddleware, requestId } from "./request-id.ts";

/** A handler for API Gateway: what `answer` gives is the reply's body, what it throws becomes an error reply. */
export const makeApiHandler = (
  log: Log,
  answer: (request: ApiRequest) => Promise<object | PassedReply>,
  besides: readonly ApiMiddleware<APIGatewayProxyResult>[] = [],
) =>
  middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use([requestId(), ...besides, errorReplies(log, (reply) => reply)])
    .handler(async (event) => {
      const answered = await answer(toApiRequest(event));
      return answered instanceof PassedReply ? answered.toResult() : jsonReply(200, answered);
    });
