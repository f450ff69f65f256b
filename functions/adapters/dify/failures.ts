import { type Failed, failed, statusFailure } from "#adapters/model-api/failures.ts";

const overloadCodes = new Set(["too_many_requests", "rate_limit_error"]);
const modelCodes = /^(completion_request_error|provider_|model_)/;
/** A code that is safe to log; anything else could contain other data. */
export const plainCode = (code: string): string => (/^[\w-]{1,64}$/.test(code) ? code : "unknown");

/** The beginning of the message is the same in all versions (A5). */
const namesLostConversation = (message: string): boolean => message.startsWith("Conversation Not Exists");

/** Whether an error response means that Dify does not have the conversation. */
export const isLostConversation = (status: number, code: string, message: string): boolean =>
  status === 404 && code === "not_found" && namesLostConversation(message);

/** A model's rate limit has the code of other failures: until 1.15 in all apps, later in chatflows and workflows. */
const isRateLimit = (message: string): boolean => /\b429\b|\brate.?limit|too many requests/i.test(message);

/** An outage of the model, which says nothing about the conversation. */
const isOutage = (message: string): boolean =>
  /\b5\d\d\b|timed? ?out|connection|unavailable|overloaded/i.test(message);

/** Dify's messages for inputs that it does not accept (A6). */
const inputProblems: readonly (readonly [RegExp, (limit: string) => string])[] = [
  [/^(?<name>[\w-]+) is required in input form/, () => "required"],
  [
    /(?:^|[^\w-])(?<name>[\w-]+) in input form must be less than (?<limit>\d+) characters/,
    (limit) => `at most ${limit} characters`,
  ],
  [/(?:^|[^\w-])(?<name>[\w-]+) in input form must be one of/, () => "not one of its options"],
  [
    /(?:^|[^\w-])(?<name>[\w-]+) in input form must be a (?<limit>string|valid number|file|list)/,
    (limit) => `must be a ${limit}`,
  ],
];

/** In characters. Dify refuses longer names of variables. */
const maxNameLength = 64;

/** In characters. Dify's own messages are shorter; others may repeat a file. */
const maxMessageLength = 1_000;

const occurInOrder = (text: string, patterns: readonly RegExp[]): boolean => {
  let rest = text;
  for (const pattern of patterns) {
    const found = pattern.exec(rest);
    if (!found) return false;
    rest = rest.slice(found.index + found[0].length);
  }
  return true;
};

/**
 * Whether an error message says that the app does not support streaming. An agent's message, that only streaming is supported,
 * does not. One expression for all the words would take cubic time.
 */
export const cannotStream = (message: string): boolean => {
  const text = message.slice(0, maxMessageLength);
  return (
    occurInOrder(text, [/(?:not|n't) support(?:ed)?\b/i, /\bstream/i]) ||
    occurInOrder(text, [/\bstream/i, /\bnot\b/i, /\bsupported/i])
  );
};

/** The input and its rule; undefined if the message is not one of Dify's known messages, since it could then contain anything. */
const inputProblem = (message: string): string | undefined => {
  for (const [shape, rule] of inputProblems) {
    const { name, limit = "" } = shape.exec(message.slice(0, maxMessageLength))?.groups ?? {};
    if (name !== undefined && name.length <= maxNameLength) return `input ${name}: ${rule(limit)}`;
  }
  return undefined;
};

/** Codes of a conversation that is closed, or whose history or settings the model refuses. */
const conversationCodes =
  /^(conversation_completed|completion_request_error|provider_not_initialize|model_currently_not_support|invalid_param)$/;

/** Marks the failure of a question that a new conversation may answer, unless the message is about an outage. */
const ofConversation = (failure: Failed, message: string): Failed =>
  isOutage(message) ? failure : { ...failure, mayNeedNewConversation: true };

/** An `error` event in a stream. Only overload is retryable (docs/spec/dify.md, decision 7). */
export const streamFailure = (code: string, message: string): Failed => {
  const detail = `error event ${plainCode(code)}`;
  // From 1.13 on a chatflow may learn it only in the worker that runs it, where errors have no code.
  if (namesLostConversation(message)) return failed("conversation_lost", false, detail);
  if (overloadCodes.has(code)) return failed("unavailable", true, detail);
  const problem = inputProblem(message);
  if (problem !== undefined) return failed("refused", false, `${detail}, ${problem}`);
  if (isRateLimit(message)) return failed("unavailable", true, detail);
  const failure = failed(
    modelCodes.test(code) || code === "invalid_param" ? "model" : "unavailable",
    false,
    detail,
  );
  return conversationCodes.test(code) ? ofConversation(failure, message) : failure;
};

export interface FailedRun {
  readonly status: string;
  readonly error: string;
  /** Number of nodes that ran; undefined if Dify does not say. */
  readonly steps: number | undefined;
}

/** A run that did not succeed. */
export const runFailure = ({ status, error, steps }: FailedRun): Failed => {
  const detail = `run ${plainCode(status)}`;
  const problem = inputProblem(error);
  if (problem !== undefined) return failed("refused", false, `${detail}, ${problem}`);
  // Only a start node and a model: a longer run may have acted already, and must not run twice.
  const mayRunAgain = steps !== undefined && steps <= 2;
  if (isRateLimit(error)) return failed("unavailable", mayRunAgain, `${detail}, rate limit`);
  if (steps === 0) return failed("refused", false, `${detail} before its first node`);
  const failure = failed("model", false, detail);
  return mayRunAgain ? ofConversation(failure, error) : failure;
};

/** A response other than 200, by its status and error body (docs/spec/dify.md, A7). */
export const httpFailure = (status: number, code: string, message: string): Failed => {
  const detail = `HTTP ${status} ${plainCode(code)}`;
  if (isLostConversation(status, code, message)) return failed("conversation_lost", false, detail);
  const problem = inputProblem(message);
  // Dify's own concurrency limit is a 400 on servers that promise a 429.
  const isLimited = status === 400 && problem === undefined && isRateLimit(message);
  if (isLimited || overloadCodes.has(code)) return failed("unavailable", true, detail);
  const ofStatus = statusFailure(status, detail);
  if (ofStatus) return ofStatus;
  if (problem !== undefined) return failed("refused", false, `${detail}, ${problem}`);
  const failure = failed(modelCodes.test(code) ? "model" : "refused", false, detail);
  return status === 400 && conversationCodes.test(code) ? ofConversation(failure, message) : failure;
};
