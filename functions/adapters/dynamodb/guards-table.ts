import { type DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Clock } from "../../core/clock.ts";
import type { ReplayGuard } from "../../core/replay-guard.ts";
import { holds } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";

export interface GuardsTablePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
}

/** One conditional write a request: of two at the same instant, one is the first. */
export const makeReplayGuard = ({ client, tableName, clock }: GuardsTablePorts): ReplayGuard => ({
  isFirst: (request, expiresAt) =>
    holds(
      client.send(
        new PutCommand({
          TableName: tableName,
          Item: { guard: `replay#${request}`, version: 1, expiresAt, ttl: ttlOf(expiresAt) },
          ConditionExpression: "attribute_not_exists(guard) OR expiresAt <= :now",
          ExpressionAttributeValues: { ":now": clock.now() },
        }),
      ),
    ),
});
