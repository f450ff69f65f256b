import type { APIGatewayProxyResult } from "aws-lambda";
import type { ImReply } from "#core/intake/forward-call.ts";

/** An answer of the IM's that goes to the caller as it is. */
export class PassedReply {
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
