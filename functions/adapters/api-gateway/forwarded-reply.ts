import type { APIGatewayProxyResult } from "aws-lambda";
import type { ImReply } from "#core/intake/forward-call.ts";

/** A response of the IM that is returned to the caller unchanged. */
export class ForwardedReply {
  readonly reply: ImReply;

  constructor(reply: ImReply) {
    this.reply = reply;
  }

  toResult(): APIGatewayProxyResult {
    const { status, contentType, retryAfter, body } = this.reply;
    const headers = {
      "content-type": contentType,
      ...(retryAfter !== undefined && { "retry-after": retryAfter }),
    };
    return { statusCode: status, headers, body };
  }
}
