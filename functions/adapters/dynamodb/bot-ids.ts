import {
  type DynamoDBDocumentClient,
  GetCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import type { Clock } from "#core/shared/clock.ts";
import { conditionMet } from "./conditional-write.ts";

export const appItem = "app";

/** The item of an app: the ids of its bots, and when one was last about to be created. */
export const appRecord = v.object({
  botIds: v.optional(v.set(v.string()), new Set()),
  reservedAt: v.optional(v.number(), 0),
});

export type AppRecord = v.InferOutput<typeof appRecord>;

export interface BotIdsPorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
}

/** Longer than a function of ours may run: a bot whose id was entered so long ago will not come any more. */
const creationMs = 60_000;

/**
 * The set of an app's bot ids, which gives the cap, the total and "is this anybody's bot" in one item. It stands beside
 * the bots themselves, and no write takes both: whoever creates a bot enters its id before and after, whoever deletes one
 * looks again afterwards, and what a crash has left is put right by the next that reads all of them (docs/adr/0006).
 */
export const makeBotIds = ({ client, tableName, clock }: BotIdsPorts) => {
  const update = (
    appKey: string,
    userIds: readonly string[],
    expressions: Pick<UpdateCommandInput, "UpdateExpression" | "ConditionExpression">,
    values: Record<string, number | string> = {},
  ): Promise<boolean> =>
    conditionMet(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { appKey, item: appItem },
          ...expressions,
          ExpressionAttributeValues: { ":ids": new Set(userIds), ...values },
        }),
      ),
    );

  const enter = async (appKey: string, userIds: readonly string[]): Promise<void> => {
    await update(appKey, userIds, { UpdateExpression: "ADD botIds :ids" });
  };

  return {
    all: async (appKey: string): Promise<ReadonlySet<string>> => {
      const { Item = {} } = await client.send(
        new GetCommand({ TableName: tableName, Key: { appKey, item: appItem }, ConsistentRead: true }),
      );
      return parseRecord(appRecord, Item, "an app record").botIds;
    },
    /** Enters the id of a bot about to be created; false where the app has `cap` others. */
    reserve: (appKey: string, userId: string, cap: number): Promise<boolean> =>
      update(
        appKey,
        [userId],
        {
          UpdateExpression: "SET version = :version, reservedAt = :now ADD botIds :ids",
          ConditionExpression: "attribute_not_exists(botIds) OR size(botIds) < :cap OR contains(botIds, :id)",
        },
        { ":version": 1, ":now": clock.now(), ":cap": cap, ":id": userId },
      ),
    enter,
    /** Takes an id out; false where it was not in. */
    leave: (appKey: string, userId: string): Promise<boolean> =>
      update(
        appKey,
        [userId],
        { UpdateExpression: "DELETE botIds :ids", ConditionExpression: "contains(botIds, :id)" },
        { ":id": userId },
      ),
    /** Brings the set to what all of the app's bots say; gives whether ids went out of it. */
    repair: async (appKey: string, { botIds, reservedAt }: AppRecord, present: readonly string[]) => {
      const missing = present.filter((userId) => !botIds.has(userId));
      if (missing.length > 0) await enter(appKey, missing);
      const bots = new Set(present);
      const gone = [...botIds].filter((userId) => !bots.has(userId));
      if (gone.length === 0 || clock.now() - reservedAt < creationMs) return false;
      return update(
        appKey,
        gone,
        {
          UpdateExpression: "DELETE botIds :ids",
          // Absent in an item from before there was one.
          ConditionExpression: "reservedAt = :reservedAt OR attribute_not_exists(reservedAt)",
        },
        { ":reservedAt": reservedAt },
      );
    },
  };
};
