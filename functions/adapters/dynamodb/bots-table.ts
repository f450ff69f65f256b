import { randomUUID } from "node:crypto";
import {
  BatchGetCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { BotStore } from "../../core/bot.ts";
import type { Clock } from "../../core/clock.ts";
import { BridgeError } from "../../core/errors.ts";
import { parseRecord } from "../node/parse-record.ts";
import type { AppSecrets, AppWithKeys } from "../secrets/app-secrets.ts";
import { type BotRecord, botRecord, toBot, toBotRecord, toOpenBot } from "./bot-record.ts";
import { holds } from "./conditional-write.ts";

export interface BotsTablePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly apps: AppSecrets;
  readonly clock: Clock;
}

type Keys = Record<string, string>[];

/** BatchGetItem takes at most this many keys. */
const batchSize = 100;
/** Pauses double from the first: about five seconds in all. */
const mostRounds = 8;
const firstPauseMs = 40;

const appItem = "app";
const botItem = (userId: string): string => `bot#${userId}`;

/** An app's bots, and one item that holds the set of their ids: it gives the cap and the total in one write. */
export const makeBotsTable = ({ client, tableName, apps, clock }: BotsTablePorts): BotStore => {
  const appWithKeys = async (appKey: string): Promise<AppWithKeys> => {
    const app = await apps.find(appKey);
    if (!app) throw new BridgeError("unknown_app", "the app is gone from the secret");
    return app;
  };

  // A second bot of an id that is there already passes: the bot's own item decides.
  const enterId = (appKey: string, userId: string, cap: number): Promise<boolean> =>
    holds(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { appKey, item: appItem },
          UpdateExpression: "SET version = :version ADD botIds :ids",
          ConditionExpression: "attribute_not_exists(botIds) OR size(botIds) < :cap OR contains(botIds, :id)",
          ExpressionAttributeValues: { ":version": 1, ":ids": new Set([userId]), ":id": userId, ":cap": cap },
        }),
      ),
    );

  const getBatch = async (keys: Keys): Promise<Record<string, unknown>[]> => {
    const items: Record<string, unknown>[] = [];
    let left = keys;
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

  const read = async (appKey: string, userIds: readonly string[]): Promise<BotRecord[]> => {
    const keys = [...new Set(userIds)].map((userId) => ({ appKey, item: botItem(userId) }));
    const batches: Keys[] = [];
    for (let start = 0; start < keys.length; start += batchSize) {
      batches.push(keys.slice(start, start + batchSize));
    }
    const items = (await Promise.all(batches.map(getBatch))).flat();
    return items.map((item) => parseRecord(botRecord, item, "a bot record"));
  };

  return {
    create: async (appKey, bot, cap) => {
      const app = await appWithKeys(appKey);
      if (!(await enterId(appKey, bot.userId, cap))) return "over_cap";
      const creation = randomUUID();
      const created = await holds(
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: { appKey, item: botItem(bot.userId), version: 1, creation, ...toBotRecord(app, bot) },
            // Its own creation too: the SDK makes a write again whose reply was lost.
            ConditionExpression: "attribute_not_exists(appKey) OR creation = :creation",
            ExpressionAttributeValues: { ":creation": creation },
          }),
        ),
      );
      return created ? "created" : "exists";
    },
    find: async (appKey, userIds) => (await read(appKey, userIds)).map(toBot),
    open: async (appKey, userId) => {
      const [app, [record]] = await Promise.all([appWithKeys(appKey), read(appKey, [userId])]);
      return record && toOpenBot(app, record);
    },
  };
};
