import { BatchWriteCommand, type BatchWriteCommandInput } from "@aws-sdk/lib-dynamodb";
import type { BatchGetPorts } from "./batch-get.ts";
import { untilProcessed } from "./unprocessed.ts";

type WriteRequest = NonNullable<BatchWriteCommandInput["RequestItems"]>[string][number];

/** The maximum of a BatchWriteItem. */
export const maxPerBatch = 25;

/**
 * Deletes items of a table, whether or not they exist.
 * @throws as `untilProcessed` does.
 */
export const makeBatchDelete =
  ({ client, tableName, clock }: BatchGetPorts) =>
  async (keys: readonly Readonly<Record<string, string>>[]): Promise<void> => {
    for (let first = 0; first < keys.length; first += maxPerBatch) {
      await untilProcessed<WriteRequest>({
        clock,
        verb: "delete",
        items: keys.slice(first, first + maxPerBatch).map((Key) => ({ DeleteRequest: { Key } })),
        request: async (left) => {
          const request = new BatchWriteCommand({ RequestItems: { [tableName]: [...left] } });
          const { UnprocessedItems } = await client.send(request);
          return UnprocessedItems?.[tableName] ?? [];
        },
      });
    }
  };
