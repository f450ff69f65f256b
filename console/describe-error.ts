import { BotError } from "../client/src/index.ts";

const messageByCode = new Map<unknown, string>([
  ["unreachable", "The bridge cannot be reached. Is it running?"],
  ["silent", "The connection went silent and could not be restored."],
  ["broken_off", "The connection was lost and could not be restored."],
  ["bad_answer", "What came back is no answer of a bridge. Is the address right?"],
  ["timeout", "The bot took too long."],
  ["unavailable", "The bot's app cannot be reached just now."],
  ["refused", "The bot's app refused the question."],
  ["model", "The model behind the bot failed."],
  ["conversation_lost", "The bot's app has lost the conversation."],
  ["unreadable", "The bot cannot read such a message."],
  ["empty", "The bot had nothing to say."],
  ["interrupted", "The bot was interrupted."],
  ["replay_too_long", "The rest of the answer was not kept."],
]);

const messageByStatus = new Map<unknown, string>([
  [401, "The bridge does not accept this user's token."],
  [403, "This user may not talk to this bot."],
  [404, "There is no such bot, or its answer is not kept any more."],
]);

const busyMessage = ({ retryAfterMs }: BotError): string => {
  const wait = retryAfterMs === undefined ? "in a moment" : `in ${Math.ceil(retryAfterMs / 1000)} s`;
  return `The bot is busy. It can be asked again ${wait}.`;
};

/** What went wrong, for whoever reads the page. */
export const describeError = (error: unknown): string => {
  if (!(error instanceof BotError)) return error instanceof Error ? error.message : "Something went wrong.";
  if (error.retryable && (error.status === 409 || error.status === 429)) return busyMessage(error);
  return (
    messageByCode.get(error.code) ?? messageByStatus.get(error.status) ?? `It did not work: ${error.message}.`
  );
};
