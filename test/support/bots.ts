import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll } from "@jest/globals";
import * as v from "valibot";
import { newIntegration } from "#adapters/bot-requests/integration-schema.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import type { AppSecrets, AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { Bot, BotStore, BotWithKeys } from "#core/bot/bot.ts";
import type { IntegrationWithKey } from "#core/bot/integration.ts";
import type { IntegrationType } from "#core/bot/integration-types.ts";
import type { Clock } from "#core/shared/clock.ts";
import { app, appsOf } from "../unit/adapters/secrets/apps.ts";
import { requiredOptions } from "../unit/functions/bot-registry/samples.ts";
import { closeAfterAll } from "./close-after.ts";
import { startTable, type TestTable } from "./dynamodb.ts";
import { bot } from "./turns.ts";

type Item = Record<string, unknown>;

export interface Given {
  readonly client?: DynamoDBDocumentClient;
  readonly clock?: Clock;
  readonly dataKeys?: AppWithKeys["dataKeys"];
}

/** An app that no other test uses, and its items in the table. */
export interface TestApp {
  readonly appKey: string;
  readonly otherAppKey: string;
  readonly store: BotStore;
  /** The store as another process creates it. */
  storeWith(given: Given & { readonly apps?: AppSecrets }): BotStore;
  itemOf(userId: string): Promise<Item | undefined>;
  /** The set of the bots' ids, sorted. */
  listedIds(): Promise<string[]>;
  /** Many bots, written without the store and the set of ids. */
  plant(userIds: readonly string[], given?: Item): Promise<void>;
  /** The app's item as a crash or another version may have left it. */
  plantIds(userIds: readonly string[], given?: Item): Promise<void>;
}

export interface TestBots {
  readonly table: () => TestTable;
  begin(given?: Given): TestApp;
}

export const botOf = (userId: string, given: Partial<BotWithKeys> = {}): BotWithKeys =>
  bot({ userId, ...given });
/** An integration of any type, with its key in plain text. */
export const integrationOf = (type: IntegrationType): IntegrationWithKey =>
  v.parse(newIntegration({ allowPrivate: false }), {
    type,
    callbackUrl: "https://example.com/v1",
    auth: { apiKey: "secret-key-0001" },
    options: requiredOptions(type),
  });
/** The result of a successful update. */
export const updated = { status: "updated" } as const;
export const unknownBot = { status: "unknown_bot" } as const;

export const idsOf = (bots: readonly Bot[]): string[] => bots.map(({ userId }) => userId).sort();
export const ids = (count: number, prefix = "bot"): string[] =>
  Array.from({ length: count }, (_, at) => `${prefix}-${1000 + at}`);

/** A table of bots for the tests of one file. */
export const testBots = (): TestBots => {
  let table: TestTable;
  let appsSoFar = 0;
  beforeAll(async () => {
    table = closeAfterAll(await startTable("bots"));
  });

  const put = (Item: Item) => table.client.send(new PutCommand({ TableName: table.tableName, Item }));

  const begin = (given: Given = {}): TestApp => {
    appsSoFar += 1;
    const appKey = `app-${appsSoFar}`;
    const otherAppKey = `${appKey}-other`;

    const storeWith: TestApp["storeWith"] = ({ client = table.client, clock = systemClock, ...rest }) => {
      const keys = rest.dataKeys && { dataKeys: rest.dataKeys };
      const apps = rest.apps ?? appsOf(app({ appKey, ...keys }), app({ appKey: otherAppKey, ...keys }));
      return makeBotsTable({ client, tableName: table.tableName, apps, clock });
    };

    const get = async (item: string): Promise<Item | undefined> => {
      const { Item } = await table.client.send(
        new GetCommand({ TableName: table.tableName, Key: { appKey, item }, ConsistentRead: true }),
      );
      return Item;
    };

    return {
      appKey,
      otherAppKey,
      store: storeWith(given),
      storeWith,
      itemOf: (userId) => get(`bot#${userId}`),
      listedIds: async () => {
        const botIds = (await get("app"))?.botIds;
        return botIds instanceof Set ? [...botIds].sort() : [];
      },
      plant: async (userIds, planted) => {
        const { createdAt, updatedAt, name, type, profileUrl } = bot();
        const fields = { name, type, profileUrl, metadata: {}, integrations: {}, createdAt, updatedAt };
        await Promise.all(
          userIds.map((userId) =>
            put({ appKey, item: `bot#${userId}`, version: 1, userId, ...fields, ...planted }),
          ),
        );
      },
      plantIds: async (userIds, planted) => {
        const botIds = userIds.length > 0 && { botIds: new Set(userIds) };
        await put({ appKey, item: "app", version: 1, ...botIds, ...planted });
      },
    };
  };

  return { table: () => table, begin };
};
