import type { FunctionName } from "./function-names.ts";

/** Lambda's quota "Concurrent executions" in Service Quotas, per account and region. */
export const concurrencyQuota = { service: "lambda", code: "L-B99A9384" } as const;

/** Concurrent executions that Lambda keeps for functions without a reservation. An account with no more can reserve none. */
export const minUnreserved = 100;

/** AWS's default quota. New accounts have as few as 10 until AWS raises it. */
export const defaultAccountConcurrency = 1_000;
export const minAccountConcurrency = 10;

const share = (total: number, percent: number): number => Math.floor((total * percent) / 100);
const between = (min: number, value: number, max: number): number => Math.min(Math.max(min, value), max);

/** Defaults that fit an account: together they leave at least a tenth, and at least two, for all other functions. */
export const defaultBounds = (accountConcurrency: number) => ({
  turnsInFlight: between(2, share(accountConcurrency, 30), 100),
  webhooksInFlight: between(2, share(accountConcurrency, 20), 100),
  chatsInFlight: between(2, share(accountConcurrency, 30), 300),
});

/** RongCloud's callbacks take 20 ms each: a hundred at once are 5,000 per second, the rate of their route. */
const callbacksAtOnce = (accountConcurrency: number): number => Math.min(share(accountConcurrency, 10), 100);

export type ReservedConcurrency = Partial<Readonly<Record<FunctionName, number>>>;

/**
 * Production's default: callbacks come first, since RongCloud gives one up after three tries. Chats are bounded too, if the
 * account allows it.
 */
export const defaultReservations = (
  accountConcurrency: number,
  chats: Pick<Bounds, "chat" | "chatsInFlight">,
): ReservedConcurrency => {
  const reservable = accountConcurrency - minUnreserved;
  const callbacks = callbacksAtOnce(accountConcurrency);
  if (callbacks < 1 || callbacks > reservable) return {};
  return {
    "im-callback": callbacks,
    ...(usesConcurrency(chats) &&
      callbacks + chats.chatsInFlight <= reservable && { "chat-stream": chats.chatsInFlight }),
  };
};

/** Web Functions have a quota of their own, of processors. */
const usesConcurrency = ({ chat }: Pick<Bounds, "chat">): boolean => chat.host === "function";

export interface Bounds {
  readonly accountConcurrency: number;
  readonly turnsInFlight: number;
  readonly webhooksInFlight: number;
  readonly chatsInFlight: number;
  readonly chat: { readonly host: "function" | "web" };
  readonly reservedConcurrency: ReservedConcurrency;
}

export const totalReserved = ({ reservedConcurrency }: Pick<Bounds, "reservedConcurrency">): number =>
  Object.values(reservedConcurrency).reduce((sum, each) => sum + each, 0);

/** The executions that bounded functions may use together. A reservation is unavailable to others even if it is not used. */
export const totalBounded = ({
  turnsInFlight,
  webhooksInFlight,
  chatsInFlight,
  chat,
  reservedConcurrency,
}: Bounds): number => {
  const bounds: ReservedConcurrency = {
    "turn-worker": turnsInFlight,
    "webhook-worker": webhooksInFlight,
    ...(usesConcurrency({ chat }) && { "chat-stream": chatsInFlight }),
  };
  return totalReserved({ reservedConcurrency: { ...bounds, ...reservedConcurrency } });
};

/** What bounded functions must leave for all others. */
export const minRoom = (accountConcurrency: number): number =>
  Math.max(2, Math.ceil(accountConcurrency / 10));

export interface Shares {
  /** In percent. */
  readonly appShare: number;
  readonly botShare: number;
}

/** At least one. Unless the share is everything, at least one less than all, so that there is room for another. */
const slotsOf = (inFlight: number, percent: number): number =>
  percent === 100 ? inFlight : Math.max(1, Math.min(Math.ceil((inFlight * percent) / 100), inFlight - 1));

/** How much of a channel one app and one bot may use at the same time. */
export const slotEnvironment = (inFlight: number, { appShare, botShare }: Shares) => ({
  SLOTS_PER_APP: String(slotsOf(inFlight, appShare)),
  SLOTS_PER_BOT: String(slotsOf(inFlight, botShare)),
});
