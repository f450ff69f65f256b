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
 * One conditional write a request: of two at the same instant, one is the first. The SDK makes a write again whose reply
 * was lost; by the mark of the call it knows its own.
 */
export const makeReplayGuard = ({ client, tableName, clock }: GuardsTablePorts): ReplayGuard => ({
  isFirst: (request, expiresAt) => {
    const seenBy = randomUUID();
    return conditionMet(
      client.send(
        new PutCommand({
          TableName: tableName,
          Item: { guard: `replay#${request}`, version: 1, seenBy, expiresAt, ttl: ttlOf(expiresAt) },
          ConditionExpression: "attribute_not_exists(guard) OR expiresAt <= :now OR seenBy = :seenBy",
          ExpressionAttributeValues: { ":now": clock.now(), ":seenBy": seenBy },
        }),
      ),
    );
  },
});
