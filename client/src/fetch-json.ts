import { BotError } from "./bot-error.ts";
import type { CallRequest } from "./call.ts";
import type { FollowPorts } from "./follow-turn.ts";
import { type JsonObject, parseJsonObject } from "./json.ts";
import { readText } from "./read-text.ts";
import { notABridge } from "./response-error.ts";
import { makeRetryBudget } from "./retry-budget.ts";

/**
 * Makes a call with a JSON response, which `parse` makes a value of.
 * @throws BotError once retrying is of no use; `bad_answer` if `parse` returns undefined.
 */
export type FetchJson = <T>(
  request: CallRequest,
  parse: (response: JsonObject) => T | undefined,
) => Promise<T>;

const maxAttempts = 4;
/** A page of a conversation's history has at most 100 messages. */
const maxBodyChars = 16 * 1024 * 1024;

/** Retrying these calls is safe: all but uploads are idempotent, and a file that arrives twice does no harm. */
export const makeFetchJson =
  ({ call, watchContact, ...ports }: FollowPorts): FetchJson =>
  async (request, parse) => {
    const retries = makeRetryBudget(ports, maxAttempts);
    const watch = watchContact(request.signal);
    const { signal } = watch;
    const attempt = async () => {
      const reply = await call({ ...request, signal, onSend: watch.begin });
      const { body, status, requestId } = reply;
      const json = parseJsonObject(await readText(body, maxBodyChars));
      if (!json) throw notABridge(reply);
      const value = parse(json);
      if (value !== undefined) return value;
      const message = `malformed response to ${request.method} ${request.path}`;
      throw new BotError(message, { code: "bad_answer", status, requestId, retryable: false });
    };
    try {
      for (;;) {
        try {
          return await attempt();
        } catch (failure) {
          await retries.wait(retries.afterFailure(failure, signal), signal);
        }
      }
    } finally {
      watch.end();
    }
  };
