import { BotError } from "../bot-error.ts";
import type { BotErrorCode } from "../error-codes.ts";

const somethingElse = "Something went wrong. Try again later.";

const textByCode: Readonly<Record<Extract<BotErrorCode, string>, string>> = {
  unreachable: "The bot cannot be reached. Check your connection and try again.",
  not_a_bridge: "The bot cannot be reached at this address.",
  connection_lost: "The connection was lost. Try again.",
  silent: "The connection was lost. Try again.",
  bad_answer: "The bot's answer cannot be read.",
  timeout: "The bot took too long to answer. Try again.",
  unavailable: "The bot is not available at the moment. Try again later.",
  refused: "The bot did not accept the question.",
  model: "The bot could not answer the question.",
  conversation_lost: "The bot does not have this conversation any more. Start a new one.",
  unreadable: "The bot cannot read this kind of message.",
  empty: "The bot's answer was empty. Try again.",
  broken_off: "The answer broke off. Try again.",
  interrupted: "The answer was interrupted. Try again.",
  replay_too_long: "The rest of the answer is not available any more.",
  internal: somethingElse,
};

const textByStatus = new Map<number | undefined, string>([
  [400, "The bot cannot take this message."],
  [401, "You are signed out. Sign in and try again."],
  [403, "You may not talk to this bot."],
  [404, "The bot does not exist, or the answer has expired."],
  [409, "The bot cannot do this now."],
  [413, "The message is too large."],
  [429, "The bot is busy. Try again later."],
]);

const busyText = (retryAfterMs: number): string =>
  `The bot is busy. Try again in ${Math.ceil(retryAfterMs / 1000)} s.`;

/** Describes a failure in words for users. */
export const describeError = (error: unknown): string => {
  if (!(error instanceof BotError)) return error instanceof Error ? error.message : "Something went wrong.";
  const { code, status, retryAfterMs } = error;
  if ((status === 409 || status === 429) && retryAfterMs !== undefined) return busyText(retryAfterMs);
  return typeof code === "string" ? textByCode[code] : (textByStatus.get(status) ?? somethingElse);
};
