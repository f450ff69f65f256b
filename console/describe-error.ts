import { BotError } from "../client/src/index.ts";

const messageByCode = new Map<unknown, string>([
  ["unreachable", "The bridge is not reachable. Check that it is running."],
  ["silent", "The connection timed out and could not be restored."],
  ["broken_off", "The connection was lost and could not be restored."],
  ["bad_answer", "The response is not from a bridge. Check the URL."],
  ["timeout", "The bot took too long to answer."],
  ["unavailable", "The bot's app is not reachable at the moment."],
  ["refused", "The bot's app rejected the question."],
  ["model", "The bot's model failed."],
  ["conversation_lost", "The bot's app no longer has this conversation."],
  ["unreadable", "The bot cannot read this type of message."],
  ["empty", "The bot returned an empty answer."],
  ["interrupted", "The answer was interrupted."],
  ["replay_too_long", "The rest of the answer is no longer available."],
]);

const messageByStatus = new Map<unknown, string>([
  [401, "The bridge rejected this user's token."],
  [403, "This user is not allowed to talk to this bot."],
  [404, "The bot does not exist, or the answer has expired."],
]);

const busyMessage = ({ retryAfterMs }: BotError): string => {
  const wait = retryAfterMs === undefined ? "in a moment" : `in ${Math.ceil(retryAfterMs / 1000)} s`;
  return `The bot is busy. Retry ${wait}.`;
};

/** Describes an error for users of the page. */
export const describeError = (error: unknown): string => {
  if (!(error instanceof BotError)) return error instanceof Error ? error.message : "Something went wrong.";
  if (error.retryable && (error.status === 409 || error.status === 429)) return busyMessage(error);
  return (
    messageByCode.get(error.code) ??
    messageByStatus.get(error.status) ??
    `The request failed: ${error.message}.`
  );
};
