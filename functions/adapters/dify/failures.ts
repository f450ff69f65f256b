import { type Failed, failed } from "#adapters/model-api/failures.ts";

const overloadCodes = new Set(["too_many_requests", "rate_limit_error"]);
const modelCodes = /^(completion_request_error|provider_|model_)/;
/** Codes are words; anything else is not a code and stays out of the logs. */
const plainCode = (code: string): string => (/^[\w-]{1,64}$/.test(code) ? code : "unknown");

/** The message goes on differently by version; its beginning is the same in all (A5). */
const saysConversationIsLost = (message: string): boolean => message.startsWith("Conversation Not Exists");

/** Whether a reply says that Dify does not have a conversation. */
export const conversationIsLost = (status: number, code: string, message: string): boolean =>
  status === 404 && code === "not_found" && saysConversationIsLost(message);

/** An `error` event within a stream: only an overload is worth another try (docs/spec/dify.md, decision 7). */
export const streamFailure = (code: string, message: string): Failed => {
  const detail = `error event ${plainCode(code)}`;
  // From 1.13 on a chatflow may learn it only in the worker that runs it, where errors have no code.
  if (saysConversationIsLost(message)) return failed("conversation_lost", false, detail);
  if (overloadCodes.has(code)) return failed("unavailable", true, detail);
  return failed(modelCodes.test(code) || code === "invalid_param" ? "model" : "unavailable", false, detail);
};

/** A run that ended as anything but succeeded; the error that says why comes after it, or not at all (A4). */
export const runFailure = (status: string): Failed => failed("model", false, `run ${plainCode(status)}`);

const retryableStatus = new Set([429, 500, 502, 503, 504]);

/** An answer other than 2xx, by its status and envelope (docs/spec/dify.md, A7). */
export const httpFailure = (status: number, code: string, message: string): Failed => {
  const detail = `HTTP ${status} ${plainCode(code)}`;
  if (conversationIsLost(status, code, message)) return failed("conversation_lost", false, detail);
  // Dify's own concurrency limit is a 400 on servers that promise a 429.
  const overloaded = overloadCodes.has(code) || (status === 400 && message.startsWith("Too many requests"));
  if (overloaded || retryableStatus.has(status)) return failed("unavailable", true, detail);
  // A proxy's own, such as Cloudflare's 520 to 524: Dify may be at work on the question.
  if (status > 504 || status === 408) return failed("unavailable", false, detail);
  return failed(modelCodes.test(code) ? "model" : "refused", false, detail);
};
