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

/** A model's limit under the codes of other failures: until 1.15 in every app, later in chatflows and workflows. */
const isRateLimit = (message: string): boolean => /\b429\b|rate.?limit|too many requests/i.test(message);

/** What Dify says of an input of the app that it does not accept (A6). */
const inputProblems: readonly (readonly [RegExp, (limit: string) => string])[] = [
  [/^(?<name>\S+) is required in input form/, () => "required"],
  [
    /(?<name>\S+) in input form must be less than (?<limit>\d+) characters/,
    (limit) => `at most ${limit} characters`,
  ],
  [/(?<name>\S+) in input form must be one of/, () => "not one of its options"],
  [
    /(?<name>\S+) in input form must be a (?<limit>string|valid number|file|list)/,
    (limit) => `must be a ${limit}`,
  ],
];

/** Names the input and its limit; undefined where the message has none of Dify's known shapes, and may hold anything. */
const inputProblem = (message: string): string | undefined => {
  for (const [shape, rule] of inputProblems) {
    const { name, limit = "" } = shape.exec(message)?.groups ?? {};
    if (name !== undefined && /^[\w-]{1,64}$/.test(name)) return `input ${name}: ${rule(limit)}`;
  }
  return undefined;
};

/** Codes of a conversation that is over, or whose history or settings the model refuses. */
const conversationCodes =
  /^(conversation_completed|completion_request_error|provider_not_initialize|model_currently_not_support|invalid_param)$/;

const ofConversation = (failure: Failed): Failed => ({ ...failure, mayNeedNewConversation: true });

/** An `error` event within a stream: only an overload is worth another try (docs/spec/dify.md, decision 7). */
export const streamFailure = (code: string, message: string): Failed => {
  const detail = `error event ${plainCode(code)}`;
  // From 1.13 on a chatflow may learn it only in the worker that runs it, where errors have no code.
  if (saysConversationIsLost(message)) return failed("conversation_lost", false, detail);
  if (overloadCodes.has(code) || isRateLimit(message)) return failed("unavailable", true, detail);
  const problem = inputProblem(message);
  if (problem !== undefined) return failed("refused", false, `${detail}, ${problem}`);
  const failure = failed(
    modelCodes.test(code) || code === "invalid_param" ? "model" : "unavailable",
    false,
    detail,
  );
  return conversationCodes.test(code) ? ofConversation(failure) : failure;
};

export interface FailedRun {
  readonly status: string;
  readonly error: string;
  /** Whether no node of it ran. */
  readonly isUnstarted: boolean;
}

/** A run that ended as anything but succeeded. */
export const runFailure = ({ status, error, isUnstarted }: FailedRun): Failed => {
  const detail = `run ${plainCode(status)}`;
  if (isRateLimit(error)) return failed("unavailable", true, `${detail}, rate limit`);
  const problem = inputProblem(error);
  if (problem !== undefined) return failed("refused", false, `${detail}, ${problem}`);
  if (isUnstarted) return failed("refused", false, `${detail} before its first node`);
  return ofConversation(failed("model", false, detail));
};

const retryableStatus = new Set([429, 500, 502, 503, 504]);

/** An answer other than 2xx, by its status and envelope (docs/spec/dify.md, A7). */
export const httpFailure = (status: number, code: string, message: string): Failed => {
  const detail = `HTTP ${status} ${plainCode(code)}`;
  if (conversationIsLost(status, code, message)) return failed("conversation_lost", false, detail);
  // Dify's own concurrency limit is a 400 on servers that promise a 429.
  const overloaded = overloadCodes.has(code) || (status === 400 && isRateLimit(message));
  if (overloaded || retryableStatus.has(status)) return failed("unavailable", true, detail);
  // A proxy's own, such as Cloudflare's 520 to 524: Dify may be at work on the question.
  if (status > 504 || status === 408) return failed("unavailable", false, detail);
  const problem = inputProblem(message);
  if (problem !== undefined) return failed("refused", false, `${detail}, ${problem}`);
  const failure = failed(modelCodes.test(code) ? "model" : "refused", false, detail);
  return status === 400 && conversationCodes.test(code) ? ofConversation(failure) : failure;
};
