import { BatchGetCommand, type DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";

export interface BatchGetTablesPorts {
  readonly client: DynamoDBDocumentClient;
  readonly clock: Clock;
}

export interface BatchGetPorts extends BatchGetTablesPorts {
  readonly tableName: string;
}

type Key = Readonly<Record<string, string>>;
type Item = Record<string, unknown>;

/** Delays double with each round: about five seconds in total. */
const maxRounds = 8;
const firstDelayMs = 40;

/**
 * Reads up to 100 items of one or more tables with strong consistency, in no particular order, without those that do not exist.
 * DynamoDB may leave keys unprocessed at its size limit or when throttled; those are requested again.
 * @throws BridgeError `internal`, retryable, if keys are still unprocessed after the last round.
 */
export const makeBatchGetTables =
  ({ client, clock }: BatchGetTablesPorts) =>
  async (keysByTable: ReadonlyMap<string, readonly Key[]>): Promise<ReadonlyMap<string, Item[]>> => {
    const items = new Map<string, Item[]>();
    let left: [table: string, keys: Item[]][] = [...keysByTable].map(([table, keys]) => [table, [...keys]]);
    for (let round = 0; ; round += 1) {
      left = left.filter(([, keys]) => keys.length > 0);
      if (left.length === 0) return items;
      if (round === maxRounds)
        throw new BridgeError("internal", "DynamoDB did not read all keys of a batch", { retryable: true });
      if (round > 0) await clock.sleep(firstDelayMs * 2 ** (round - 1));
      const RequestItems = Object.fromEntries(
        left.map(([table, Keys]) => [table, { Keys, ConsistentRead: true }]),
      );
      const { Responses = {}, UnprocessedKeys = {} } = await client.send(
        new BatchGetCommand({ RequestItems }),
      );
      for (const [table, found] of Object.entries(Responses)) {
        items.set(table, [...(items.get(table) ?? []), ...found]);
      }
      left = Object.entries(UnprocessedKeys).map(([table, { Keys = [] }]) => [table, Keys]);
    }
  };

/** The same for one table. */
export const makeBatchGet = ({ client, tableName, clock }: BatchGetPorts) => {
  const getTables = makeBatchGetTables({ client, clock });
  return async (keys: readonly Key[]): Promise<Item[]> =>
    (await getTables(new Map([[tableName, keys]]))).get(tableName) ?? [];
};
