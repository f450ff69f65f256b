import { GetCommand, UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { conditionMet } from "./conditional-write.ts";
import type { TablePorts } from "./table-ports.ts";

export const appItem = "app";

/** The item of an app: the ids of its bots, and when an id was last reserved, in milliseconds since the epoch. */
export const appRecord = v.object({
  botIds: v.optional(v.set(v.string()), new Set()),
  reservedAt: v.optional(v.number(), 0),
});

export type AppRecord = v.InferOutput<typeof appRecord>;

/** Longer than any invocation: a bot whose id was reserved before that is never created. */
const creationMs = 60_000;

/**
 * The set of an app's bot ids: one item is enough to enforce the limit, count the bots and check whether a user id is a bot. It is
 * separate from the bots' own items, and no write covers both. Creating a bot adds its id before and after; deleting one checks the bot again
 * afterwards; and after a crash, the next read of all bots repairs the set (docs/adr/0006).
 */
export const makeBotIds = ({ client, tableName, clock }: TablePorts) => {
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

  const add = async (appKey: string, userIds: readonly string[]): Promise<void> => {
    await update(appKey, userIds, { UpdateExpression: "ADD botIds :ids" });
  };

  return {
    all: async (appKey: string): Promise<ReadonlySet<string>> => {
      const { Item = {} } = await client.send(
        new GetCommand({ TableName: tableName, Key: { appKey, item: appItem }, ConsistentRead: true }),
      );
      return parseRecord(appRecord, Item, "an app record").botIds;
    },
    /** Adds the id of a bot that is about to be created; false if the app already has `maxBots` other bots. */
    reserve: (appKey: string, userId: string, maxBots: number): Promise<boolean> =>
      update(
        appKey,
        [userId],
        {
          UpdateExpression: "SET version = :version, reservedAt = :now ADD botIds :ids",
          ConditionExpression:
            "attribute_not_exists(botIds) OR size(botIds) < :maxBots OR contains(botIds, :id)",
        },
        { ":version": 1, ":now": clock.now(), ":maxBots": maxBots, ":id": userId },
      ),
    add,
    /** Removes an id; false if it was not in the set. */
    remove: (appKey: string, userId: string): Promise<boolean> =>
      update(
        appKey,
        [userId],
        { UpdateExpression: "DELETE botIds :ids", ConditionExpression: "contains(botIds, :id)" },
        { ":id": userId },
      ),
    /** Makes the set match `existing`, the ids of all of the app's bots. Returns whether ids were removed. */
    repair: async (appKey: string, { botIds, reservedAt }: AppRecord, existing: readonly string[]) => {
      const missing = existing.filter((userId) => !botIds.has(userId));
      if (missing.length > 0) await add(appKey, missing);
      const bots = new Set(existing);
      const stale = [...botIds].filter((userId) => !bots.has(userId));
      if (stale.length === 0 || clock.now() - reservedAt < creationMs) return false;
      return update(
        appKey,
        stale,
        {
          UpdateExpression: "DELETE botIds :ids",
          // Absent in items of versions before it existed.
          ConditionExpression: "reservedAt = :reservedAt OR attribute_not_exists(reservedAt)",
        },
        { ":reservedAt": reservedAt },
      );
    },
  };
};
