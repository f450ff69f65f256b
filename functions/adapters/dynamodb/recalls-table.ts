import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type RecallStore, rememberRecallForMs, type SentMessage } from "#core/message/recall.ts";
import { ttlOf } from "./expiry.ts";
import type { TablePorts } from "./table-ports.ts";

const recallRecord = v.object({
  recalledBy: v.set(v.string()),
  byAdmin: v.optional(v.boolean(), false),
  expiresAt: v.number(),
});

/** As JSON, since ids may contain any separator. */
export const recallKeyOf = ({ appKey, channelType, targetId, msgUID }: SentMessage) => ({
  guard: `recall#${JSON.stringify([appKey, channelType, targetId, msgUID])}`,
});

/** Whether this user, or an admin, took the message back. `item`: the message's recall, if there is one. */
export const isRecalledIn = (
  item: Record<string, unknown> | undefined,
  sentBy: string,
  now: number,
): boolean => {
  if (!item) return false;
  const { recalledBy, byAdmin, expiresAt } = parseRecord(recallRecord, item, "a recall");
  return expiresAt > now && (byAdmin || recalledBy.has(sentBy));
};

/**
 * Recalls, in the guards table: one item per message, with everyone who claims to have taken it back. Whether that is its
 * sender shows only once the message's job is known.
 */
export const makeRecallsTable = ({ client, tableName, clock }: TablePorts): RecallStore => ({
  add: async ({ byUserId, isAdmin, ...message }) => {
    const expiresAt = clock.now() + rememberRecallForMs;
    await client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: recallKeyOf(message),
        UpdateExpression: `SET version = :version, expiresAt = :until, #ttl = :ttl${isAdmin ? ", byAdmin = :true" : ""} ADD recalledBy :users`,
        ExpressionAttributeNames: { "#ttl": "ttl" },
        ExpressionAttributeValues: {
          ":version": 1,
          ":until": expiresAt,
          ":ttl": ttlOf(expiresAt),
          ":users": new Set([byUserId]),
          ...(isAdmin && { ":true": true }),
        },
      }),
    );
  },
});
