import { type DynamoDBDocumentClient, GetCommand, paginateScan, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type AppSecrets, requireApp } from "#adapters/secrets/app-secrets.ts";
import { withDataKeysOf } from "#adapters/secrets/with-data-keys-of.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import { BridgeError } from "#core/shared/errors.ts";
import { appItem } from "./bot-ids.ts";
import type { BotRecord } from "./bot-record.ts";
import { conditionMet } from "./conditional-write.ts";
import { parseBot } from "./read-bots.ts";
import { isNewestSeal, sealApiKey, unsealApiKey } from "./sealed-api-key.ts";

export interface ResealKeysPorts {
  readonly client: DynamoDBDocumentClient;
  /** The bots table. */
  readonly tableName: string;
  readonly apps: Pick<AppSecrets, "find" | "findFresh">;
}

/** The key of a bot's item. */
interface BotKey {
  readonly appKey: string;
  readonly item: string;
}

type Result =
  | { readonly status: "resealed" }
  /** It needed no change. */
  | { readonly status: "current" }
  /** The bot or the integration was removed meanwhile. */
  | { readonly status: "gone" }
  | { readonly status: "failed"; readonly reason: string };

/** The result for one API key; without a type, for all of a bot whose record cannot be parsed. */
export type ResealResult = BotKey & { readonly type?: ModelType } & Result;

const keySchema = v.object({ appKey: v.string(), item: v.string() });

/** A key may change between its read and its write: rarely, and hardly ever this often. */
const maxAttempts = 5;

/** The cipher's own errors do not say more. */
const failureOf = (error: unknown): Result => ({
  status: "failed",
  reason:
    error instanceof BridgeError
      ? error.message
      : "it cannot be decrypted: it was modified, or encrypted for another bot, type or origin",
});

const keysOf = (bot: BotRecord) =>
  Object.values(bot.integrations).flatMap((integration) =>
    integration.type === "webhook" ? [] : { ...integration, botUserId: bot.userId },
  );

type StoredKey = ReturnType<typeof keysOf>[number];

/** Another version may have written a record that this one cannot parse. */
const storedKeys = (item: Record<string, unknown>): StoredKey[] | Result => {
  try {
    return keysOf(parseBot(item));
  } catch (error) {
    return failureOf(error);
  }
};

/**
 * Encrypts every API key of the bots table with its app's newest data key, bound to its origin, unless it is already. It writes
 * over the key that it has read only, so concurrent changes of bots are not lost. It may be interrupted, and repeated.
 */
export const makeResealKeys = ({ client, tableName, apps }: ResealKeysPorts) => {
  const sealedWithNewest = async (appKey: string, key: StoredKey): Promise<string> => {
    const app = await withDataKeysOf(apps, await requireApp(apps.find(appKey)), [key.sealedApiKey]);
    return isNewestSeal(app, key.sealedApiKey)
      ? key.sealedApiKey
      : sealApiKey(app, key, unsealApiKey(app, key, key.sealedApiKey));
  };

  const replace = (Key: BotKey, { type, sealedApiKey, callbackUrl }: StoredKey, sealed: string) =>
    conditionMet(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key,
          UpdateExpression: "SET integrations.#type.sealedApiKey = :sealed",
          // Its own too: the SDK repeats a write whose response was lost.
          ConditionExpression:
            "(integrations.#type.sealedApiKey = :read AND integrations.#type.callbackUrl = :url) OR integrations.#type.sealedApiKey = :sealed",
          ExpressionAttributeNames: { "#type": type },
          ExpressionAttributeValues: { ":read": sealedApiKey, ":url": callbackUrl, ":sealed": sealed },
        }),
      ),
    );

  const readAgain = async (Key: BotKey, type: ModelType): Promise<StoredKey | undefined> => {
    const { Item } = await client.send(new GetCommand({ TableName: tableName, Key, ConsistentRead: true }));
    return Item && keysOf(parseBot(Item)).find((key) => key.type === type);
  };

  const reseal = async (botKey: BotKey, read: StoredKey): Promise<Result> => {
    let key: StoredKey | undefined = read;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      if (!key) return { status: "gone" };
      let sealed: string;
      try {
        sealed = await sealedWithNewest(botKey.appKey, key);
      } catch (error) {
        return failureOf(error);
      }
      if (sealed === key.sealedApiKey) return { status: "current" };
      if (await replace(botKey, key, sealed)) return { status: "resealed" };
      key = await readAgain(botKey, key.type);
    }
    return { status: "failed", reason: "it changed each time that it was to be written" };
  };

  /** Yields each result as it comes. Rejects if the table cannot be read or written. */
  return async function* (): AsyncGenerator<ResealResult> {
    for await (const { Items = [] } of paginateScan(
      { client },
      { TableName: tableName, ConsistentRead: true },
    )) {
      for (const item of Items) {
        const botKey = parseRecord(keySchema, item, "the key of a bot record");
        if (botKey.item === appItem) continue;
        const keys = storedKeys(item);
        if ("status" in keys) yield { ...botKey, ...keys };
        else for (const key of keys) yield { ...botKey, type: key.type, ...(await reseal(botKey, key)) };
      }
    }
  };
};
