import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";

export interface BatchGetPorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
}

/** Delays double with each round: about five seconds in total. */
const maxRounds = 8;
const firstDelayMs = 40;

/**
 * Reads up to 100 items with strong consistency, in no particular order, without those that do not exist. DynamoDB may leave
 * keys unprocessed at its size limit or when throttled; those are requested again.
 * @throws BridgeError `internal`, retryable, if keys are still unprocessed after the last round.
 */
export const makeBatchGet =
  ({ client, tableName, clock }: BatchGetPorts) =>
  async (keys: readonly Record<string, string>[]): Promise<Record<string, unknown>[]> => {
    const items: Record<string, unknown>[] = [];
    let left: Record<string, unknown>[] = [...keys];
    for (let round = 0; left.length > 0; round += 1) {
      if (round === maxRounds)
        throw new BridgeError("internal", "DynamoDB did not read all keys of a batch", { retryable: true });
      if (round > 0) await clock.sleep(firstDelayMs * 2 ** (round - 1));
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetCommand({ RequestItems: { [tableName]: { Keys: left, ConsistentRead: true } } }),
      );
      items.push(...(Responses?.[tableName] ?? []));
      left = UnprocessedKeys?.[tableName]?.Keys ?? [];
    }
    return items;
  };
