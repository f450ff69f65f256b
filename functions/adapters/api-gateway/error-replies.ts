import type { Log } from "../../core/log.ts";
import { toApiFailure } from "./api-error.ts";
import { jsonReply } from "./json-reply.ts";
import type { ApiMiddleware } from "./request-id.ts";

/** Turns whatever was thrown into a reply. What the caller is not told stands in the log. */
export const errorReplies = (log: Log): ApiMiddleware => ({
  onError: (request) => {
    const { status, body } = toApiFailure(request.error);
    const { requestId } = request.internal;
    const fields = { path: request.event.path, requestId, status, code: body.code };
    if (status >= 500) log.error("request_failed", { ...fields, reason: String(request.error) });
    else log.info("request_refused", fields);
    request.response = jsonReply(status, body);
  },
});
