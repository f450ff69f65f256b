import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";

/** Delays double with each round: about five seconds in total. */
const maxRounds = 8;
const firstDelayMs = 40;

export interface Batch<T> {
  readonly clock: Clock;
  readonly items: readonly T[];
  /** Requests the items, and returns those that DynamoDB left unprocessed, at its size limit or when throttled. */
  readonly request: (items: readonly T[]) => Promise<readonly T[]>;
  /** What the batch does, such as "read". */
  readonly verb: string;
}

/**
 * Requests a batch until nothing is left of it.
 * @throws BridgeError `internal`, retryable, if keys are still unprocessed after the last round.
 */
export const untilProcessed = async <T>({ clock, items, request, verb }: Batch<T>): Promise<void> => {
  let left = items;
  for (let round = 0; left.length > 0; round += 1) {
    if (round === maxRounds)
      throw new BridgeError("internal", `DynamoDB did not ${verb} all keys of a batch`, { retryable: true });
    if (round > 0) await clock.sleep(firstDelayMs * 2 ** (round - 1));
    left = await request(left);
  }
};
