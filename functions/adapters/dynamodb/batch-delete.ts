import { BatchWriteCommand, type BatchWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import { BridgeError } from "#core/shared/errors.ts";
import type { BatchGetPorts } from "./batch-get.ts";

type WriteRequests = NonNullable<BatchWriteCommandInput["RequestItems"]>[string];

/** The maximum of a BatchWriteItem. */
export const maxPerBatch = 25;
/** Delays double with each round: about five seconds in total. */
const maxRounds = 8;
const firstDelayMs = 40;

/**
 * Deletes items of a table, whether or not they exist. DynamoDB may leave some when throttled; those are requested again.
 * @throws BridgeError `internal`, retryable, if some are left after the last round.
 */
export const makeBatchDelete =
  ({ client, tableName, clock }: BatchGetPorts) =>
  async (keys: readonly Readonly<Record<string, string>>[]): Promise<void> => {
    for (let first = 0; first < keys.length; first += maxPerBatch) {
      let left: WriteRequests = keys
        .slice(first, first + maxPerBatch)
        .map((Key) => ({ DeleteRequest: { Key } }));
      for (let round = 0; left.length > 0; round += 1) {
        if (round === maxRounds)
          throw new BridgeError("internal", "DynamoDB did not delete all keys of a batch", {
            retryable: true,
          });
        if (round > 0) await clock.sleep(firstDelayMs * 2 ** (round - 1));
        const request = new BatchWriteCommand({ RequestItems: { [tableName]: left } });
        const { UnprocessedItems } = await client.send(request);
        left = UnprocessedItems?.[tableName] ?? [];
      }
    }
  };
