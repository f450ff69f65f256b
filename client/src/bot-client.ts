import { type Bot, makeBot } from "./bot.ts";
import { makeCall } from "./call.ts";
import { type Clock, systemClock } from "./clock.ts";
import { randomKey } from "./random-key.ts";
import { makeTokenSource, type Token } from "./token-source.ts";
import { type Fetch, makeTransport } from "./transport.ts";

export interface BotClientOptions {
  /** The bridge's address, with the stage if it has one. */
  readonly url: string;
  /** A user's token, or a function that gets one; it is asked again, once, when a call is answered 401. */
  readonly token: Token;
  /** For tests, and for where there is none. */
  readonly fetch?: Fetch | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
  /** For tests: from 0 up to, but not including, 1. */
  readonly random?: (() => number) | undefined;
  /** For tests: a new idempotency key. */
  readonly newKey?: (() => string) | undefined;
}

export interface BotClient {
  /** The bot of that user id. */
  bot(userId: string): Bot;
}

/** One user's way to an app's bots. */
export const createBotClient = ({
  url,
  token,
  // Found when it is called, and called as the global that it is: browsers insist.
  fetch = (input, init) => globalThis.fetch(input, init),
  clock = systemClock,
  random = Math.random,
  newKey = randomKey,
}: BotClientOptions): BotClient => {
  const call = makeCall({ url, tokens: makeTokenSource(token), transport: makeTransport({ fetch, clock }) });
  return { bot: (userId) => makeBot({ call, clock, random, newKey }, userId) };
};
