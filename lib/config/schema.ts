import * as v from "valibot";
import { type Bounds, minRoom, minUnreserved, totalBounded, totalReserved } from "../capacity.ts";
import { consistentSettings } from "./consistent-settings.ts";
import { withDefaults } from "./defaults.ts";

/** A function that is invoked more often than its reservation allows is throttled. */
const isEnough = (reserved: number | undefined, inFlight: number): boolean =>
  reserved === undefined || reserved >= inFlight;

const neededConcurrency = (bounds: Bounds): number => {
  const bounded = totalBounded(bounds);
  return Math.max(bounded + 2, Math.ceil((bounded * 10) / 9));
};

const messageOf =
  (text: (config: Bounds) => string) =>
  ({ input }: { readonly input: Bounds }): string =>
    text(input);

/** Parses settings, fills in defaults, and checks that they fit into the capacity of the account. */
export const configSchema = v.pipe(
  consistentSettings,
  v.transform(withDefaults),
  v.forward(
    v.check(
      (given) => isEnough(given.reservedConcurrency["turn-worker"], given.turnsInFlight),
      "must be at least turnsInFlight",
    ),
    ["reservedConcurrency", "turn-worker"],
  ),
  v.forward(
    v.check(
      (given) => isEnough(given.reservedConcurrency["webhook-worker"], given.webhooksInFlight),
      "must be at least webhooksInFlight",
    ),
    ["reservedConcurrency", "webhook-worker"],
  ),
  v.forward(
    v.check(
      (given) => isEnough(given.reservedConcurrency["chat-stream"], given.chatsInFlight),
      "must be at least chatsInFlight",
    ),
    ["reservedConcurrency", "chat-stream"],
  ),
  v.forward(
    v.check(({ appShare, botShare }) => botShare <= appShare, "must be at most appShare"),
    ["botShare"],
  ),
  v.forward(
    v.check(
      (given) =>
        totalReserved(given) === 0 || totalReserved(given) <= given.accountConcurrency - minUnreserved,
      messageOf(
        (given) =>
          `must be at most ${given.accountConcurrency - minUnreserved} in total (accountConcurrency less ${minUnreserved} that Lambda keeps unreserved), got ${totalReserved(given)}`,
      ),
    ),
    ["reservedConcurrency"],
  ),
  v.forward(
    v.check(
      (given) => totalBounded(given) + minRoom(given.accountConcurrency) <= given.accountConcurrency,
      messageOf(
        (given) =>
          `must be at least ${neededConcurrency(given)}: turnsInFlight, webhooksInFlight, chatsInFlight and reservedConcurrency add up to ${totalBounded(given)}, and a tenth must be left for other functions, got ${given.accountConcurrency}`,
      ),
    ),
    ["accountConcurrency"],
  ),
);

/** The settings of a deployment, with defaults filled in. */
export type Config = v.InferOutput<typeof configSchema>;
