import { randomUUID } from "node:crypto";
import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import type { TokenRevocations } from "#core/chat/user-guard.ts";
import { conditionMet } from "./conditional-write.ts";
import type { TablePorts } from "./table-ports.ts";
import { keyOf, lifeFrom } from "./user-guard-record.ts";

const revocation = v.object({ revokedBefore: v.number() });

/** Revocations are in the user's record of the guards table, which also counts the user's turns (`makeUserGuard`). */
export const makeTokenRevocations = ({ client, tableName, clock }: TablePorts): TokenRevocations => ({
  isRevoked: async ({ issuedAt, ...user }) => {
    const { Item } = await client.send(
      new GetCommand({
        TableName: tableName,
        Key: keyOf(user, "turns"),
        ConsistentRead: true,
        ProjectionExpression: "revokedBefore",
      }),
    );
    return (
      Item !== undefined && issuedAt < parseRecord(revocation, Item, "a user guard record").revokedBefore
    );
  },
  revoke: async (user, before) => {
    const { expiresAt, ttl } = lifeFrom(clock.now());
    // If the condition fails, these tokens are already revoked, perhaps by the SDK's first attempt whose response was lost.
    await conditionMet(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: keyOf(user, "turns"),
          UpdateExpression:
            "SET version = :version, revokedBefore = :before, writtenBy = :writtenBy, expiresAt = :expiresAt, #ttl = :ttl",
          ConditionExpression: "attribute_not_exists(revokedBefore) OR revokedBefore < :before",
          ExpressionAttributeNames: { "#ttl": "ttl" },
          ExpressionAttributeValues: {
            ":version": 1,
            ":before": before,
            ":writtenBy": randomUUID(),
            ":expiresAt": expiresAt,
            ":ttl": ttl,
          },
        }),
      ),
    );
  },
});
