import type { ForwardCall } from "#core/intake/forward-call.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { makeSendToRongCloud, type RongCloudPorts } from "./send-to-rongcloud.ts";

/** Lambda answers with at most 6 MB, and JSON of text may double within the answer. */
const longestReply = 3 * 1024 * 1024;

export const makePassOn = (ports: RongCloudPorts): ForwardCall => {
  const sendToRongCloud = makeSendToRongCloud(ports);
  return async (call) => {
    const { status, headers, text } = await sendToRongCloud(call, longestReply);
    // Cut short, it would pass for all of it.
    if (Buffer.byteLength(text) >= longestReply) {
      throw new BridgeError("upstream_refused", `the IM answered more than ${longestReply} bytes`);
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
