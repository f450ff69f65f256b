import type { IntegrationCheck } from "#core/bot/integration-report.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import type { AnswerOutcome, FailureCode } from "./answer.ts";
import type { IntegrationTest, Model } from "./model.ts";

/** Short, and the same in many languages. */
const word = "OK";

const eventTo = (botUserId: string, now: number): MessageEvent => ({
  type: "message:private",
  timestamp: now,
  data: {
    fromUserId: "bridge-test",
    toUserId: botUserId,
    objectName: "RC:TxtMsg",
    content: JSON.stringify({ content: word }),
    channelType: "PERSON",
    msgTimestamp: now,
    msgUID: "bridge-test",
  },
});

const meanings: Readonly<Record<FailureCode, string>> = {
  unavailable: "the server cannot be reached, is overloaded, or does not serve this API",
  timeout: "the server sent nothing for too long",
  refused: "the server refuses the question; check the API key, the base URL and the options",
  model: "the model behind the server failed",
  conversation_lost: "the server lost the conversation",
  empty: "the answer has no text",
};

const faultOf = (outcome: AnswerOutcome): string | undefined => {
  switch (outcome.status) {
    case "failed":
      return `The model did not answer (${outcome.detail}): ${meanings[outcome.code]}.`;
    case "incomplete":
      return "The answer broke off before its first word.";
    case "abandoned":
      return "The model did not begin to answer in time.";
    default:
      return undefined;
  }
};

/**
 * Asks the model a word, and closes the connection as soon as it begins to answer: the only test that any model has. It may
 * cost a few tokens.
 */
export const checkByAsking = async <T extends ModelType>(
  ask: Model<T>["ask"],
  { integration, bot, deadline, signal }: IntegrationTest<T>,
  now: number,
): Promise<IntegrationCheck> => {
  const stop = new AbortController();
  let hasBegun = false;
  const outcome = await ask(
    { integration, text: word, files: [], event: eventTo(bot.userId, now), bot, memory: undefined },
    ({ type }) => {
      if (type !== "delta" && type !== "thought" && type !== "replace") return;
      hasBegun = true;
      stop.abort();
    },
    { deadline, signal, stop: stop.signal },
  );
  const fault = hasBegun ? undefined : faultOf(outcome);
  return { name: "answer", ok: fault === undefined, detail: fault ?? "The model answers." };
};
