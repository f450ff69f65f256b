import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";

export interface BatchGetPorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
}

/** Pauses double from the first: about five seconds in all. */
const mostRounds = 8;
const firstPauseMs = 40;

/**
 * Reads up to a hundred items as they stand at this moment; those that are not there are left out, no order. DynamoDB may
 * leave any of them unread, by the megabyte or when it is busy: it is asked again. @throws BridgeError where it never reads all.
 */
export const makeBatchGet =
  ({ client, tableName, clock }: BatchGetPorts) =>
  async (keys: readonly Record<string, string>[]): Promise<Record<string, unknown>[]> => {
    const items: Record<string, unknown>[] = [];
    let left: Record<string, unknown>[] = [...keys];
    for (let round = 0; left.length > 0; round += 1) {
      if (round === mostRounds)
        throw new BridgeError("internal", "DynamoDB left keys of a batch unread", { retryable: true });
      if (round > 0) await clock.sleep(firstPauseMs * 2 ** (round - 1));
      const { Responses, UnprocessedKeys } = await client.send(
        new BatchGetCommand({ RequestItems: { [tableName]: { Keys: left, ConsistentRead: true } } }),
      );
      items.push(...(Responses?.[tableName] ?? []));
      left = UnprocessedKeys?.[tableName]?.Keys ?? [];
    }
    return items;
  };
