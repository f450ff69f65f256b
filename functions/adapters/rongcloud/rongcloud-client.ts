import * as v from "valibot";
import { retryAfterMs } from "#adapters/http/retry-after.ts";
import { BridgeError, type ErrorCode } from "#core/shared/errors.ts";
import { makeSendToRongCloud, type RongCloudPorts } from "./send-to-rongcloud.ts";

export interface RongCloudCall {
  readonly appKey: string;
  readonly path: string;
  readonly contentType: "application/json" | "application/x-www-form-urlencoded";
  readonly body: string;
}

/** Makes one signed call. Resolves with the response's JSON; rejects with a BridgeError unless its code is 200. */
export type CallRongCloud = (call: RongCloudCall) => Promise<unknown>;

const maxReplyBytes = 64 * 1024;

const reply = v.pipe(v.string(), v.parseJson(), v.looseObject({ code: v.number() }));

const retryableStatus = new Set([408, 500, 502, 503, 504]);
/** Timeouts and errors of the IM or of a proxy before it: the call may have been executed. */
const uncertainStatus = new Set([408, 500, 502, 504]);
/** RongCloud's code for exceeded rate limits, also sent with status 200. */
const rateLimitCode = 1008;
/** The stream message ended after 30 s of silence or 30 minutes in total (docs/spec/rongcloud.md, section 8). */
const endedCodes = new Set([29003, 29004]);

/** Content moderation: 21501 is a sensitive word. 21502 means that the word was replaced, and the message delivered. */
const isTextRefused = (code: number): boolean => code >= 21_501 && code <= 21_599 && code !== 21_502;

const toErrorCode = (status: number, code: number | undefined): ErrorCode => {
  if (status === 429 || code === rateLimitCode) return "rate_limited";
  if (code !== undefined && isTextRefused(code)) return "text_refused";
  return code !== undefined && endedCodes.has(code) ? "stream_ended" : "upstream_refused";
};

export const makeRongCloudClient = (ports: RongCloudPorts): CallRongCloud => {
  const sendToRongCloud = makeSendToRongCloud(ports);
  return async (call) => {
    const { status, headers, text } = await sendToRongCloud({ ...call, method: "POST" }, maxReplyBytes);
    const parsed = v.safeParse(reply, text);
    if (status === 200 && parsed.success && parsed.output.code === 200) return parsed.output;
    const code = parsed.success ? parsed.output.code : undefined;
    const errorCode = toErrorCode(status, code);
    throw new BridgeError(errorCode, `the IM answered HTTP ${status}, code ${code ?? "none"}`, {
      retryable: retryableStatus.has(status) || errorCode === "rate_limited",
      uncertain: uncertainStatus.has(status) || (status === 200 && !parsed.success),
      retryAfterMs: retryAfterMs(headers["retry-after"], ports.clock.now()),
    });
  };
};
