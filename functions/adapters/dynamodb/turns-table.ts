import { type DynamoDBDocumentClient, GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import type { Clock } from "../../core/clock.ts";
import type { TurnId } from "../../core/turn.ts";
import type { TurnStore } from "../../core/turn-store.ts";
import { parseRecord } from "../node/parse-record.ts";
import { holds } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";

export interface TurnsTablePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
}

const turnRecord = v.object({ state: v.picklist(["running", "done"]), expiresAt: v.number() });

const keyOf = ({ appKey, eventType, msgUID, botUserId, integrationType }: TurnId): string =>
  JSON.stringify([appKey, eventType, msgUID, botUserId, integrationType]);

/** Whoever's lease ran out may find the turn in other hands: no write of theirs passes then. */
const whileHeld = "#state = :running AND #token = :token";
const names = { "#state": "state", "#token": "token", "#ttl": "ttl" };

/**
 * A turn's record: `running` under a lease, then `done`.
 *
 *   claim ──► running (token, until expiresAt) ──complete──► done (until rememberUntil)
 *               ▲ │ renew
 *               └─┴──release, or the lease ends──► free for the next claim
 *
 * One `expiresAt` serves both: a record past it is as good as none.
 */
export const makeTurnsTable = ({ client, tableName, clock }: TurnsTablePorts): TurnStore => {
  const update = (
    id: TurnId,
    UpdateExpression: string,
    ConditionExpression: string,
    ExpressionAttributeValues: Record<string, string | number>,
  ): Promise<boolean> => {
    const used = `${UpdateExpression} ${ConditionExpression}`;
    return holds(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { turn: keyOf(id) },
          UpdateExpression,
          ConditionExpression,
          // DynamoDB refuses a name that no expression uses.
          ExpressionAttributeNames: Object.fromEntries(
            Object.entries(names).filter(([name]) => used.includes(name)),
          ),
          ExpressionAttributeValues,
        }),
      ),
    );
  };

  return {
    claim: async (id, { token, expiresAt }) => {
      const turn = keyOf(id);
      const claimed = await holds(
        client.send(
          new PutCommand({
            TableName: tableName,
            Item: { turn, version: 1, state: "running", token, expiresAt, ttl: ttlOf(expiresAt) },
            // Its own token too: the SDK makes a write again whose reply was lost.
            ConditionExpression: "attribute_not_exists(turn) OR expiresAt <= :now OR #token = :token",
            ExpressionAttributeNames: { "#token": "token" },
            ExpressionAttributeValues: { ":now": clock.now(), ":token": token },
          }),
        ),
      );
      if (claimed) return "claimed";
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { turn }, ConsistentRead: true }),
      );
      // Gone or expired since the write: whoever asks again will have it.
      if (!Item) return "busy";
      const record = parseRecord(turnRecord, Item, "a turn record");
      return record.state === "done" && record.expiresAt > clock.now() ? "done" : "busy";
    },
    renew: (id, { token, expiresAt }) =>
      update(id, "SET expiresAt = :until, #ttl = :ttl", whileHeld, {
        ":running": "running",
        ":token": token,
        ":until": expiresAt,
        ":ttl": ttlOf(expiresAt),
      }),
    complete: (id, token, outcome, rememberUntil) =>
      // Also when it is done already: the SDK makes a write again whose reply was lost.
      update(
        id,
        "SET #state = :done, outcome = :outcome, expiresAt = :until, #ttl = :ttl",
        "#token = :token",
        {
          ":token": token,
          ":done": "done",
          ":outcome": outcome,
          ":until": rememberUntil,
          ":ttl": ttlOf(rememberUntil),
        },
      ),
    release: async (id, token) => {
      // Without its token no heartbeat that is still under way can take it back.
      await update(id, "SET expiresAt = :now REMOVE #token", whileHeld, {
        ":running": "running",
        ":token": token,
        ":now": clock.now(),
      });
    },
  };
};
