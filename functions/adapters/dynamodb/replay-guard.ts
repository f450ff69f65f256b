import { randomUUID } from "node:crypto";
import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { ReplayGuard } from "#core/intake/replay-guard.ts";
import type { Clock } from "#core/shared/clock.ts";
import { conditionMet } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";

export interface GuardsTablePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
}

/**
 * One conditional write per request: of two concurrent ones, exactly one succeeds. `seenBy` is the use of the signature. By it the
 * SDK, which repeats a write whose response was lost, also recognises its own item.
 */
export const makeReplayGuard = ({ client, tableName, clock }: GuardsTablePorts): ReplayGuard => {
  const record = (
    signature: string,
    expiresAt: number,
    seenBy: string,
    condition: string,
  ): Promise<boolean> =>
    conditionMet(
      client.send(
        new PutCommand({
          TableName: tableName,
          Item: { guard: `replay#${signature}`, version: 1, seenBy, expiresAt, ttl: ttlOf(expiresAt) },
          ConditionExpression: condition,
          ExpressionAttributeValues: { ":now": clock.now(), ":seenBy": seenBy },
        }),
      ),
    );
  return {
    isFirst: (signature, expiresAt, seenBy = randomUUID()) =>
      record(
        signature,
        expiresAt,
        seenBy,
        "attribute_not_exists(guard) OR expiresAt <= :now OR seenBy = :seenBy",
      ),
    renew: (signature, expiresAt, seenBy) =>
      record(signature, expiresAt, seenBy, "expiresAt > :now AND seenBy = :seenBy"),
  };
};
