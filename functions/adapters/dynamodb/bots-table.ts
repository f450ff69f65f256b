import { randomUUID } from "node:crypto";
import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type AppSecrets, type AppWithKeys, requireApp } from "#adapters/secrets/app-secrets.ts";
import type { BotStore } from "#core/bot/bot.ts";
import type { Clock } from "#core/shared/clock.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { makeBotIds } from "./bot-ids.ts";
import { type BotRecord, toBot, toBotRecord, toOpenBot } from "./bot-record.ts";
import { botUpdate, integrationAddition, integrationRemoval, integrationUpdate } from "./bot-updates.ts";
import { conditionMet } from "./conditional-write.ts";
import { botItem, type Listing, makeReadBots } from "./read-bots.ts";
import type { UpdateExpression } from "./update-expression.ts";
import { botRefusal, hasIntegration, integrationRefusal, lacksIntegration } from "./update-refusals.ts";

export interface BotsTablePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly apps: AppSecrets;
  readonly clock: Clock;
}

/** A bot changes between a refused write and the look at why; seldom, and hardly ever as often as this. */
const maxTries = 3;

const unknownBot = { status: "unknown_bot" } as const;

/** An app's bots, an item each, and one item that holds the set of their ids. */
export const makeBotsTable = ({ client, tableName, apps, clock }: BotsTablePorts): BotStore => {
  const ids = makeBotIds({ client, tableName, clock });
  const read = makeReadBots({ client, tableName, clock });
  const readOne = async (appKey: string, userId: string): Promise<BotRecord | undefined> =>
    (await read.byId(appKey, [userId]))[0];

  const appWithKeys = (appKey: string): Promise<AppWithKeys> => requireApp(apps.find(appKey));

  const repairIds = ({ app, bots }: Listing, appKey: string): Promise<boolean> =>
    ids.repair(
      appKey,
      app,
      bots.map(({ userId }) => userId),
    );

  const reserve = async (appKey: string, userId: string, cap: number): Promise<boolean> => {
    if (await ids.reserve(appKey, userId, cap)) return true;
    // An id too many, left by a crash, must not cost the app a bot.
    const made = await repairIds(await read.first(appKey, Number.POSITIVE_INFINITY), appKey);
    return made && ids.reserve(appKey, userId, cap);
  };

  /** Makes an update, or returns why it is refused. Where the stored bot does not show why, it has changed since. */
  const refusedUpdate = async <Refusal>(
    appKey: string,
    userId: string,
    update: UpdateExpression,
    refusalBy: (kept: BotRecord) => Refusal | undefined,
  ): Promise<Refusal | typeof unknownBot | undefined> => {
    const Key = { appKey, item: botItem(userId) };
    const input = { TableName: tableName, Key, ...update.toInput(randomUUID()) };
    for (let tries = 0; tries < maxTries; tries += 1) {
      if (await conditionMet(client.send(new UpdateCommand(input)))) return undefined;
      const kept = await readOne(appKey, userId);
      if (!kept) return unknownBot;
      const refusal = refusalBy(kept);
      if (refusal !== undefined) return refusal;
    }
    throw new BridgeError("internal", "the bot changed while it was being updated", { retryable: true });
  };

  return {
    create: async (appKey, bot, cap) => {
      const app = await appWithKeys(appKey);
      // An app that makes sure of its bots at each start must not hold up the repair of the ids (docs/adr/0006).
      if (await readOne(appKey, bot.userId)) return "exists";
      if (!(await reserve(appKey, bot.userId, cap))) return "limit_reached";
      const writtenBy = randomUUID();
      const created = await conditionMet(
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: { appKey, item: botItem(bot.userId), version: 1, writtenBy, ...toBotRecord(app, bot) },
            // Its own too: the SDK makes a write again whose reply was lost.
            ConditionExpression: "attribute_not_exists(appKey) OR writtenBy = :writtenBy",
            ExpressionAttributeValues: { ":writtenBy": writtenBy },
          }),
        ),
      );
      if (!created) return "exists";
      // A deletion of the bot before may have taken the id out since.
      await ids.enter(appKey, [bot.userId]);
      return "created";
    },
    update: async (appKey, userId, changes, now) => {
      const app = await appWithKeys(appKey);
      const update = botUpdate(app, userId, changes, now);
      return (await refusedUpdate(appKey, userId, update, botRefusal(changes))) ?? { status: "updated" };
    },
    delete: async (appKey, userId) => {
      const { Attributes } = await client.send(
        new DeleteCommand({
          TableName: tableName,
          Key: { appKey, item: botItem(userId) },
          ReturnValues: "ALL_OLD",
        }),
      );
      // In the set still: the SDK's first try deleted it and the reply was lost, or a crash came in between.
      const wasListed = await ids.leave(appKey, userId);
      const deleted = wasListed || Attributes !== undefined;
      if (deleted && (await readOne(appKey, userId))) await ids.enter(appKey, [userId]);
      return deleted;
    },
    ids: ids.all,
    find: async (appKey, userIds) => (await read.byId(appKey, userIds)).map(toBot),
    page: async (appKey, page, pageSize) => {
      const listing = await read.first(appKey, page * pageSize);
      // The page is right without it, and the next one repairs as well.
      if (listing.complete) await repairIds(listing, appKey).catch(() => false);
      return {
        bots: listing.bots.slice((page - 1) * pageSize, page * pageSize).map(toBot),
        // Where the set lacks one that was read, the last page must not seem to be one before it.
        total: listing.complete
          ? listing.bots.length
          : Math.max(listing.bots.length, listing.app.botIds.size),
      };
    },
    findWithKeys: async (appKey, userId) => {
      const [app, record] = await Promise.all([appWithKeys(appKey), readOne(appKey, userId)]);
      return record && toOpenBot(app, record);
    },

    addIntegration: async (appKey, userId, integration, now) => {
      const app = await appWithKeys(appKey);
      const update = integrationAddition(app, userId, integration, now);
      return (
        (await refusedUpdate(appKey, userId, update, hasIntegration(integration.type)))?.status ?? "added"
      );
    },
    updateIntegration: async (appKey, userId, type, changes, now) => {
      const app = await appWithKeys(appKey);
      const update = integrationUpdate(app, userId, type, changes, now);
      return (
        (await refusedUpdate(appKey, userId, update, integrationRefusal(type, changes))) ?? {
          status: "updated",
        }
      );
    },
    removeIntegration: async (appKey, userId, type, now) => {
      const update = integrationRemoval(type, now);
      return (await refusedUpdate(appKey, userId, update, lacksIntegration(type)))?.status ?? "removed";
    },
  };
};
