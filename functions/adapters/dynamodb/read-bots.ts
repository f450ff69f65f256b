import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { makeBatchGet } from "./batch-get.ts";
import { type AppRecord, appItem, appRecord } from "./bot-ids.ts";
import { type BotRecord, botRecord } from "./bot-record.ts";
import type { TablePorts } from "./table-ports.ts";

type Keys = Record<string, string>[];
type Item = Record<string, unknown>;

/** BatchGetItem accepts at most this many keys. */
const batchSize = 100;

export const botItem = (userId: string): string => `bot#${userId}`;

export const botKeyOf = (appKey: string, userId: string) => ({ appKey, item: botItem(userId) });

export const parseBot = (item: Item): BotRecord => parseRecord(botRecord, item, "a bot record");

/** The beginning of an app's partition. */
export interface Listing {
  readonly app: AppRecord;
  readonly bots: readonly BotRecord[];
  /** Whether these are all of the app's bots. */
  readonly complete: boolean;
}

export const makeReadBots = ({ client, tableName, clock }: TablePorts) => {
  const getBatch = makeBatchGet({ client, tableName, clock });

  return {
    /** The bots with these ids, with one BatchGetItem per 100. */
    byId: async (appKey: string, userIds: readonly string[]): Promise<BotRecord[]> => {
      const keys = [...new Set(userIds)].map((userId) => botKeyOf(appKey, userId));
      const batches: Keys[] = [];
      for (let start = 0; start < keys.length; start += batchSize) {
        batches.push(keys.slice(start, start + batchSize));
      }
      return (await Promise.all(batches.map((batch) => getBatch(batch)))).flat().map(parseBot);
    },
    /** The app's item and its first bots: `minBots` or more, if it has that many. One query per megabyte. */
    first: async (appKey: string, minBots: number): Promise<Listing> => {
      const items: Item[] = [];
      let ExclusiveStartKey: Item | undefined;
      do {
        const { Items = [], LastEvaluatedKey } = await client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: "appKey = :appKey",
            ExpressionAttributeValues: { ":appKey": appKey },
            ConsistentRead: true,
            // The app's item, and one more bot to learn whether there are any after these.
            Limit: Number.isFinite(minBots) ? minBots + 2 : undefined,
            ExclusiveStartKey,
          }),
        );
        items.push(...Items);
        ExclusiveStartKey = LastEvaluatedKey;
      } while (ExclusiveStartKey && items.length < minBots + 2);
      const bots = items.filter(({ item }) => item !== appItem).map(parseBot);
      const app = items.find(({ item }) => item === appItem) ?? {};
      return {
        app: parseRecord(appRecord, app, "an app record"),
        bots,
        complete: ExclusiveStartKey === undefined,
      };
    },
  };
};
