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

const keyOf = ({ appKey, msgUID, botUserId, integrationType }: TurnId): string =>
  JSON.stringify([appKey, msgUID, botUserId, integrationType]);

/** Whoever's lease ran out may find the turn in other hands: no write of theirs passes then. */
const whileHeld = "#state = :running AND #token = :token";
const heldNames = { "#state": "state", "#token": "token" };
const heldBy = (token: string) => ({ ":running": "running", ":token": token });

/**
 * A turn's record: `running` under a lease, then `done`.
 *
 *   claim ──► running (token, until expiresAt) ──complete──► done (until rememberUntil)
 *               ▲ │ renew
 *               └─┴──release, or the lease ends──► free for the next claim
 *
 * One `expiresAt` serves both: a record past it is as good as none.
 */
export const makeTurnsTable = ({ client, tableName, clock }: TurnsTablePorts): TurnStore => ({
  claim: async (id, { token, expiresAt }) => {
    const turn = keyOf(id);
    const claimed = await holds(
      client.send(
        new PutCommand({
          TableName: tableName,
          Item: { turn, version: 1, state: "running", token, expiresAt, ttl: ttlOf(expiresAt) },
          ConditionExpression: "attribute_not_exists(turn) OR expiresAt <= :now",
          ExpressionAttributeValues: { ":now": clock.now() },
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
    holds(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { turn: keyOf(id) },
          UpdateExpression: "SET expiresAt = :until, #ttl = :ttl",
          ConditionExpression: whileHeld,
          ExpressionAttributeNames: { ...heldNames, "#ttl": "ttl" },
          ExpressionAttributeValues: { ...heldBy(token), ":until": expiresAt, ":ttl": ttlOf(expiresAt) },
        }),
      ),
    ),
  complete: (id, token, outcome, rememberUntil) =>
    holds(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { turn: keyOf(id) },
          UpdateExpression: "SET #state = :done, outcome = :outcome, expiresAt = :until, #ttl = :ttl",
          ConditionExpression: whileHeld,
          ExpressionAttributeNames: { ...heldNames, "#ttl": "ttl" },
          ExpressionAttributeValues: {
            ...heldBy(token),
            ":done": "done",
            ":outcome": outcome,
            ":until": rememberUntil,
            ":ttl": ttlOf(rememberUntil),
          },
        }),
      ),
    ),
  release: async (id, token) => {
    await holds(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: { turn: keyOf(id) },
          UpdateExpression: "SET expiresAt = :now",
          ConditionExpression: whileHeld,
          ExpressionAttributeNames: heldNames,
          ExpressionAttributeValues: { ...heldBy(token), ":now": clock.now() },
        }),
      ),
    );
  },
});
