import middy from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import type { Log } from "../../core/log.ts";
import { type ApiRequest, toApiRequest } from "./api-request.ts";
import { errorReplies } from "./error-replies.ts";
import { jsonReply } from "./json-reply.ts";
import { requestId } from "./request-id.ts";

/** A handler for API Gateway: what `answer` gives is the reply's body, what it throws becomes an error reply. */
export const makeApiHandler = (log: Log, answer: (request: ApiRequest) => Promise<object>) =>
  middy<APIGatewayProxyEvent, APIGatewayProxyResult>()
    .use(requestId())
    .use(errorReplies(log))
    .handler(async (event) => jsonReply(200, await answer(toApiRequest(event))));
