import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "#core/shared/clock.ts";
import { untilProcessed } from "./unprocessed.ts";

export interface BatchGetTablesPorts {
  readonly client: DynamoDBDocumentClient;
  readonly clock: Clock;
}

export interface BatchGetPorts extends BatchGetTablesPorts {
  readonly tableName: string;
}

type Key = Readonly<Record<string, string>>;
type Item = Record<string, unknown>;

export interface BatchGetOptions {
  /** Whether a write of the last second may be missed: then a read costs half. */
  readonly mayLag?: boolean;
}

/**
 * Reads up to 100 items of one or more tables, in no particular order, without those that do not exist.
 * DynamoDB may leave keys unprocessed at its size limit or when throttled; those are requested again.
 * @throws BridgeError `internal`, retryable, if keys are still unprocessed after the last round.
 */
export const makeBatchGetTables =
  ({ client, clock }: BatchGetTablesPorts) =>
  async (
    keysByTable: ReadonlyMap<string, readonly Key[]>,
    { mayLag = false }: BatchGetOptions = {},
  ): Promise<ReadonlyMap<string, Item[]>> => {
    const items = new Map<string, Item[]>();
    await untilProcessed({
      clock,
      verb: "read",
      items: [...keysByTable].flatMap(([table, keys]) => keys.map((key) => ({ table, key }))),
      request: async (left) => {
        const RequestItems = Object.fromEntries(
          [...Map.groupBy(left, ({ table }) => table)].map(([table, keys]) => [
            table,
            { Keys: keys.map(({ key }) => key), ConsistentRead: !mayLag },
          ]),
        );
        const { Responses = {}, UnprocessedKeys = {} } = await client.send(
          new BatchGetCommand({ RequestItems }),
        );
        for (const [table, found] of Object.entries(Responses)) {
          items.set(table, [...(items.get(table) ?? []), ...found]);
        }
        return Object.entries(UnprocessedKeys).flatMap(([table, { Keys = [] }]) =>
          Keys.map((key) => ({ table, key })),
        );
      },
    });
    return items;
  };

/** The same for one table. */
export const makeBatchGet = ({ client, tableName, clock }: BatchGetPorts) => {
  const getTables = makeBatchGetTables({ client, clock });
  return async (keys: readonly Key[], options?: BatchGetOptions): Promise<Item[]> =>
    (await getTables(new Map([[tableName, keys]]), options)).get(tableName) ?? [];
};
