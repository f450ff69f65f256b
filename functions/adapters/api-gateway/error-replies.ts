import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import type { Log } from "../../core/log.ts";
import { toApiFailure } from "./api-error.ts";
import { jsonReply } from "./json-reply.ts";

/** Turns whatever was thrown into a reply. What the caller is not told stands in the log. */
export const errorReplies = (log: Log): MiddlewareObj<APIGatewayProxyEvent, APIGatewayProxyResult> => ({
  onError: (request) => {
    const { status, body } = toApiFailure(request.error);
    const fields = { path: request.event.path, status, code: body.code };
    if (status >= 500) log.error("request_failed", { ...fields, reason: String(request.error) });
    else log.info("request_refused", fields);
    request.response = jsonReply(status, body);
  },
});
