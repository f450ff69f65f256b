import { parseBaseUrl } from "./base-url.ts";
import { type Bot, makeBot } from "./bot.ts";
import { makeCall } from "./call.ts";
import { type Clock, systemClock } from "./clock.ts";
import { makeContact } from "./contact.ts";
import { makeWatchContact } from "./first-contact.ts";
import { randomKey } from "./random-key.ts";
import { makeTokenSource, type Token } from "./token-source.ts";
import { type Fetch, makeTransport } from "./transport.ts";

export interface BotClientOptions {
  /** The bridge's http or https URL, including the stage if there is one. */
  readonly url: string;
  /** A user's token, or a function that gets one. The function is called again, once, when a call is answered 401. */
  readonly token: Token;
  /** For tests and for environments without a global fetch. */
  readonly fetch?: Fetch | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
  /** For tests: a random number from 0 (inclusive) to 1 (exclusive). */
  readonly random?: (() => number) | undefined;
  /** For tests: creates an idempotency key. */
  readonly newKey?: (() => string) | undefined;
}

export interface BotClient {
  /**
   * The bot with this user id.
   * @throws TypeError if it cannot be one.
   */
  bot(userId: string): Bot;
}

/**
 * Creates a client for one user of an app's bots.
 * @throws TypeError if `url` cannot be a bridge's, or `token` cannot be a token or a function that gets one.
 */
export const createBotClient = ({
  url,
  token,
  // Looked up at call time and called on globalThis, as browsers require.
  fetch = (input, init) => globalThis.fetch(input, init),
  clock = systemClock,
  random = Math.random,
  newKey = randomKey,
}: BotClientOptions): BotClient => {
  const contact = makeContact(parseBaseUrl(url));
  const transport = makeTransport({ fetch, clock, contact });
  const call = makeCall({ url: contact.url, tokens: makeTokenSource(token), transport });
  const watchContact = makeWatchContact({ contact, transport, clock });
  return { bot: (userId) => makeBot({ call, watchContact, contact, clock, random, newKey }, userId) };
};
