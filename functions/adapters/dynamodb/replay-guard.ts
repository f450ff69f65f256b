import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { ReplayGuard, SignatureUse, UseTimes } from "#core/intake/replay-guard.ts";
import { conditionMet } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";
import type { TablePorts } from "./table-ports.ts";

/** Records of 0.2 have no time of signing. */
const isSameUse = "seenBy = :use AND (attribute_not_exists(signedAt) OR signedAt = :signedAt)";

/**
 * One conditional write per request: of two concurrent ones, exactly one succeeds. By the use the SDK, which repeats a write
 * whose response was lost, also recognises its own item.
 */
export const makeReplayGuard = ({ client, tableName, clock }: TablePorts): ReplayGuard => {
  const record = (
    { signature, signedAt, use }: SignatureUse,
    { recordedUntil, renewableUntil }: UseTimes,
    condition: string,
  ): Promise<boolean> =>
    conditionMet(
      client.send(
        new PutCommand({
          TableName: tableName,
          Item: {
            guard: `replay#${signature}`,
            version: 1,
            seenBy: use,
            signedAt,
            expiresAt: recordedUntil,
            renewableUntil,
            ttl: ttlOf(recordedUntil),
          },
          ConditionExpression: condition,
          ExpressionAttributeValues: { ":now": clock.now(), ":use": use, ":signedAt": signedAt },
        }),
      ),
    );
  return {
    isFirst: (use, times) =>
      record(use, times, `attribute_not_exists(guard) OR expiresAt <= :now OR (${isSameUse})`),
    renew: (use, times) => record(use, times, `renewableUntil > :now AND ${isSameUse}`),
  };
};
