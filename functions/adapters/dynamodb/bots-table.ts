import { randomUUID } from "node:crypto";
import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type AppSecrets, type AppWithKeys, requireApp } from "#adapters/secrets/app-secrets.ts";
import { withDataKeysOf } from "#adapters/secrets/with-data-keys-of.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { hasPlainKey } from "#core/bot/integration.ts";
import { BridgeError, callerError } from "#core/shared/errors.ts";
import { makeBotIds } from "./bot-ids.ts";
import { type BotRecord, sealedKeysOf, toBot, toBotRecord, toOpenBot, toPreview } from "./bot-record.ts";
import {
  botUpdate,
  integrationAddition,
  integrationRemoval,
  integrationUpdate,
  type StoredBot,
} from "./bot-updates.ts";
import { conditionMet } from "./conditional-write.ts";
import { botItem, type Listing, makeReadBots } from "./read-bots.ts";
import type { TablePorts } from "./table-ports.ts";
import type { UpdateExpression } from "./update-expression.ts";
import { botRefusal, hasIntegration, integrationRefusal, lacksIntegration } from "./update-refusals.ts";

export interface BotsTablePorts extends TablePorts {
  readonly apps: AppSecrets;
}

/**
 * DynamoDB's limit for an item is 400 KB. Only integrations that are added one by one, each with every field at its limit, exceed
 * it.
 */
const refuseTooLarge = (error: unknown): never => {
  if (error instanceof Error && error.name === "ValidationException" && /item size/i.test(error.message)) {
    throw callerError("parameter_too_long", "integrations: at most 400 KB for all integrations of a bot");
  }
  throw error;
};

/** A bot may change between its read and its write: rarely, and hardly ever this often. */
const maxAttempts = 3;

const unknownBot = { status: "unknown_bot" } as const;

/** An app's bots, one item each, and one item with the set of their ids. */
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

  const reserve = async (appKey: string, userId: string, maxBots: number): Promise<boolean> => {
    if (await ids.reserve(appKey, userId, maxBots)) return true;
    // An id that a crash left in the set must not count against the limit.
    const hasRoom = await repairIds(await read.first(appKey, Number.POSITIVE_INFINITY), appKey);
    return hasRoom && ids.reserve(appKey, userId, maxBots);
  };

  /** Updates the bot, or returns the reason not to. If it changes between the read and the write, both are repeated. */
  const tryUpdate = async <Refusal>(
    appKey: string,
    userId: string,
    refusalBy: (stored: BotRecord) => Refusal | undefined,
    updateOf: (bot: StoredBot) => UpdateExpression,
  ): Promise<Refusal | typeof unknownBot | undefined> => {
    const app = await appWithKeys(appKey);
    const Key = { appKey, item: botItem(userId) };
    const writtenBy = randomUUID();
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const stored = await readOne(appKey, userId);
      if (!stored) return unknownBot;
      const refusal = refusalBy(stored);
      if (refusal !== undefined) return refusal;
      const input = { TableName: tableName, Key, ...updateOf({ app, stored }).toInput(writtenBy) };
      const updated = client.send(new UpdateCommand(input)).catch(refuseTooLarge);
      if (await conditionMet(updated)) return undefined;
    }
    throw new BridgeError("internal", "the bot changed while it was being updated", { retryable: true });
  };

  return {
    create: async (appKey, bot, maxBots) => {
      const app = await appWithKeys(appKey);
      // No reservation for an existing bot: an app that creates its bots at each start would delay the repair (docs/adr/0006).
      if (await readOne(appKey, bot.userId)) return "exists";
      if (!(await reserve(appKey, bot.userId, maxBots))) return "limit_reached";
      const writtenBy = randomUUID();
      const created = await conditionMet(
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: { appKey, item: botItem(bot.userId), version: 1, writtenBy, ...toBotRecord(app, bot) },
            // Its own item too: the SDK repeats a write whose response was lost.
            ConditionExpression: "attribute_not_exists(appKey) OR writtenBy = :writtenBy",
            ExpressionAttributeValues: { ":writtenBy": writtenBy },
          }),
        ),
      );
      if (!created) return "exists";
      // A concurrent deletion of an earlier bot may have removed the id.
      await ids.add(appKey, [bot.userId]);
      return "created";
    },
    update: async (appKey, userId, changes, now) =>
      (await tryUpdate(appKey, userId, botRefusal(changes), (bot) => botUpdate(bot, changes, now))) ?? {
        status: "updated",
      },
    delete: async (appKey, userId) => {
      const { Attributes } = await client.send(
        new DeleteCommand({
          TableName: tableName,
          Key: { appKey, item: botItem(userId) },
          ReturnValues: "ALL_OLD",
        }),
      );
      // Still in the set: the SDK's first attempt deleted the bot and the response was lost, or a crash came in between.
      const wasListed = await ids.remove(appKey, userId);
      const deleted = wasListed || Attributes !== undefined;
      if (deleted && (await readOne(appKey, userId))) await ids.add(appKey, [userId]);
      return deleted;
    },
    ids: ids.all,
    find: async (appKey, userIds) => (await read.byId(appKey, userIds)).map(toBot),
    page: async (appKey, page, pageSize) => {
      const listing = await read.first(appKey, page * pageSize);
      // The page does not depend on the repair, and the next read repairs as well.
      if (listing.complete) await repairIds(listing, appKey).catch(() => false);
      return {
        bots: listing.bots.slice((page - 1) * pageSize, page * pageSize).map(toBot),
        // If the set lacks a bot that was read, the total must still include it, or the last page would seem empty.
        total: listing.complete
          ? listing.bots.length
          : Math.max(listing.bots.length, listing.app.botIds.size),
      };
    },
    findWithKeys: async (appKey, userId) => {
      const [app, record] = await Promise.all([appWithKeys(appKey), readOne(appKey, userId)]);
      return record && toOpenBot(await withDataKeysOf(apps, app, sealedKeysOf(record)), record);
    },
    preview: async (appKey, userId, sent) => {
      const [app, record] = await Promise.all([appWithKeys(appKey), readOne(appKey, userId)]);
      if (!record) return unknownBot;
      const refusal = botRefusal({ integrations: [sent] })(record);
      if (refusal) return refusal;
      const keys = hasPlainKey(sent) ? [] : sealedKeysOf(record, sent.type);
      const integration = toPreview(await withDataKeysOf(apps, app, keys), record, sent);
      return { status: "found", bot: toBot(record), integration };
    },

    addIntegration: async (appKey, userId, integration, now) =>
      (
        await tryUpdate(appKey, userId, hasIntegration(integration.type), (bot) =>
          integrationAddition(bot, integration, now),
        )
      )?.status ?? "added",
    updateIntegration: async (appKey, userId, type, changes, now) =>
      (await tryUpdate(appKey, userId, integrationRefusal(type, changes), (bot) =>
        integrationUpdate(bot, type, changes, now),
      )) ?? { status: "updated" },
    removeIntegration: async (appKey, userId, type, now) =>
      (await tryUpdate(appKey, userId, lacksIntegration(type), (bot) => integrationRemoval(bot, type, now)))
        ?.status ?? "removed",
  };
};
