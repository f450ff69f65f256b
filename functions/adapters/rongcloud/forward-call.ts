import type { ForwardCall } from "#core/intake/forward-call.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { makeSendToRongCloud, type RongCloudPorts } from "./send-to-rongcloud.ts";

/** A Lambda response has at most 6 MB, and a body may double in size when it is escaped as a JSON string in it. */
const maxReplyBytes = 3 * 1024 * 1024;

export const makeForwardCall = (ports: RongCloudPorts): ForwardCall => {
  const sendToRongCloud = makeSendToRongCloud(ports);
  return async (call) => {
    const { status, headers, text } = await sendToRongCloud(call, maxReplyBytes);
    // `text` may be cut off at the limit, and must not be returned as if it were complete.
    if (Buffer.byteLength(text) >= maxReplyBytes) {
      throw new BridgeError("upstream_refused", `the IM answered more than ${maxReplyBytes} bytes`);
    }
    const retryAfter = headers["retry-after"];
    return {
      status,
      contentType: headers["content-type"] ?? "application/json",
      ...(retryAfter !== undefined && { retryAfter }),
      body: text,
    };
  };
};
