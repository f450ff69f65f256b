import { BotError } from "./bot-error.ts";
import type { CallRequest } from "./call.ts";
import type { FollowPorts } from "./follow-turn.ts";
import { type JsonObject, parseJsonObject } from "./json.ts";
import { readText } from "./read-text.ts";
import { makeRetryBudget } from "./retry-budget.ts";

export type FetchJson = (request: CallRequest) => Promise<JsonObject>;

const maxAttempts = 4;
const maxBodyBytes = 1024 * 1024;

export const isStatus = (error: unknown, status: number): boolean =>
  error instanceof BotError && error.status === status;

/**
 * Makes a call with a JSON response. Retrying the bridge's calls is safe: they are idempotent.
 * @throws BotError once retrying is no use.
 */
export const makeFetchJson =
  ({ call, clock, random }: FollowPorts): FetchJson =>
  async (request) => {
    const retries = makeRetryBudget({ clock, random }, maxAttempts);
    for (;;) {
      try {
        const { body, status } = await call(request);
        const json = parseJsonObject(await readText(body, maxBodyBytes));
        if (!json)
          throw new BotError("the response is not a JSON object", {
            code: "bad_answer",
            status,
            retryable: false,
          });
        return json;
      } catch (failure) {
        await retries.waitAfterFailure(failure, request.signal);
      }
    }
  };
