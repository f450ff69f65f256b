import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { toDocumentClient } from "#adapters/dynamodb/document-client.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { AppWithKeys } from "#adapters/secrets/app-secrets.ts";
import type { BotStore } from "#core/bot/bot.ts";
import type { ClientConfig } from "../command/bridge.ts";

/** The bots of these apps, with the keys that decrypt their models' keys. */
export const openBots = (
  dynamodb: ClientConfig,
  tableName: string,
  apps: readonly AppWithKeys[],
): BotStore => {
  const findApp = (appKey: string): AppWithKeys | undefined => apps.find((app) => app.appKey === appKey);
  const find = async (appKey: string): Promise<AppWithKeys | undefined> => findApp(appKey);
  return makeBotsTable({
    client: toDocumentClient(new DynamoDBClient(dynamodb)),
    tableName,
    apps: { find, findFresh: find, lastKnown: findApp },
    clock,
  });
};
