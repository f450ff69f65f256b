import { GetCommand, type NativeAttributeValue, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { difyTypes } from "#core/bot/integration.ts";
import { type ChatTurn, type ChatTurnId, type ChatTurnStore, chatTurnLifeMs } from "#core/chat/chat-turn.ts";
import { unlessRefused } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";
import { namesIn } from "./names-in.ts";
import type { TurnsTablePorts } from "./turns-table.ts";

const turnRecord = v.object({
  userId: v.string(),
  botUserId: v.string(),
  integrationType: v.picklist(difyTypes),
  conversation: v.nullable(v.string()),
  questionHash: v.string(),
  keepsAnswer: v.boolean(),
  state: v.picklist(["running", "done"]),
  attempt: v.number(),
  heldUntil: v.number(),
  replayUntil: v.optional(v.number()),
  expiresAt: v.number(),
  named: v.optional(
    v.object({
      conversationId: v.optional(v.string()),
      messageId: v.optional(v.string()),
      taskId: v.optional(v.string()),
      user: v.string(),
    }),
  ),
});

const marked = v.object({ stopAsked: v.optional(v.boolean(), false) });

/** As JSON, since keys hold any separator; beside the jobs, whose keys have other parts. */
const keyOf = ({ appKey, turn }: ChatTurnId) => ({ turn: JSON.stringify(["chat", appKey, turn]) });

const whileHeld = "#state = :running AND #token = :token";

/** Names that DynamoDB reserves, or may. */
const names = { "#state": "state", "#token": "token", "#ttl": "ttl", "#user": "userId", "#named": "named" };

/**
 * Turns of clients, in the table of the jobs: `running` under a short lease, then `done`. A stop is a mark that the next
 * heartbeat brings back.
 */
export const makeChatTurnsTable = ({ client, tableName, clock }: TurnsTablePorts): ChatTurnStore => {
  /** Gives the record as it stands then; undefined where the condition did not hold. */
  const update = async (
    id: ChatTurnId,
    UpdateExpression: string,
    ConditionExpression: string,
    values: Readonly<Record<string, NativeAttributeValue>>,
  ): Promise<Record<string, unknown> | undefined> => {
    const write = client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: keyOf(id),
        UpdateExpression,
        ConditionExpression,
        ExpressionAttributeNames: namesIn(names, UpdateExpression, ConditionExpression),
        ExpressionAttributeValues: values,
        ReturnValues: "ALL_NEW",
      }),
    );
    return (await unlessRefused(write))?.Attributes;
  };

  const toTurn = ({ appKey, turn }: ChatTurnId, record: Record<string, unknown>): ChatTurn | undefined => {
    const { expiresAt, named, conversation, replayUntil, ...rest } = parseRecord(
      turnRecord,
      record,
      "a client's turn",
    );
    if (expiresAt <= clock.now()) return undefined;
    return {
      appKey,
      turn,
      ...rest,
      conversation: conversation ?? undefined,
      replayUntil,
      named: named && {
        conversationId: named.conversationId,
        messageId: named.messageId,
        taskId: named.taskId,
        user: named.user,
      },
    };
  };

  const find = async (id: ChatTurnId): Promise<ChatTurn | undefined> => {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: keyOf(id), ConsistentRead: true }),
    );
    return Item && toTurn(id, Item);
  };

  return {
    find,
    begin: async (turn, lease) => {
      const { appKey: _app, turn: _turn, conversation, userId, ...rest } = turn;
      const now = clock.now();
      const expiresAt = now + chatTurnLifeMs;
      const fields = Object.keys(rest).map((name) => `${name} = :${name}`);
      const begun = await update(
        turn,
        `SET version = :version, #state = :running, #token = :token, heldUntil = :until, expiresAt = :expiresAt, #ttl = :ttl, #user = :user, conversation = :conversation, ${fields.join(", ")} REMOVE stopAsked, #named, replayUntil, mayBeAskedAgain ADD attempt :one`,
        // Its own token too: the SDK makes a write again whose reply was lost.
        "attribute_not_exists(turn) OR expiresAt <= :now OR #token = :token OR (questionHash = :questionHash AND ((#state = :running AND heldUntil <= :now) OR (#state = :done AND (replayUntil <= :now OR mayBeAskedAgain = :true))))",
        {
          ":version": 1,
          ":running": "running",
          ":done": "done",
          ":true": true,
          ":token": lease.token,
          ":until": lease.expiresAt,
          ":expiresAt": expiresAt,
          ":ttl": ttlOf(expiresAt),
          ":now": now,
          ":one": 1,
          ":user": userId,
          ":conversation": conversation ?? null,
          ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [`:${name}`, value])),
        },
      );
      if (begun) {
        const { attempt } = parseRecord(v.object({ attempt: v.number() }), begun, "a client's turn");
        return { status: "begun", attempt };
      }
      const known = await find(turn);
      // It was forgotten between the two: the client asks again.
      if (!known) throw new Error("a client's turn was neither begun nor found");
      return { status: "known", turn: known };
    },
    beat: async (id, { token, expiresAt }) => {
      const held = await update(id, "SET heldUntil = :until", whileHeld, {
        ":running": "running",
        ":token": token,
        ":until": expiresAt,
      });
      if (!held) return "lost";
      return parseRecord(marked, held, "a client's turn").stopAsked ? "stop" : "run";
    },
    name: async (id, token, named) => {
      await update(id, "SET #named = :named", "#token = :token", { ":named": { ...named }, ":token": token });
    },
    end: async (id, token, { replayUntil, mayBeAskedAgain }) => {
      await update(
        id,
        "SET #state = :done, replayUntil = :until, mayBeAskedAgain = :again",
        "#token = :token",
        {
          ":done": "done",
          ":until": replayUntil,
          ":again": mayBeAskedAgain,
          ":token": token,
        },
      );
    },
    // Not deleted: of a run before it there may be pieces left, which the next must not take for its own.
    discard: async (id, token) => {
      await update(id, "SET heldUntil = :none REMOVE #token", whileHeld, {
        ":none": 0,
        ":running": "running",
        ":token": token,
      });
    },
    askStop: async (id, { userId, botUserId }) => {
      const asked = await update(
        id,
        "SET stopAsked = :true",
        "#user = :user AND botUserId = :bot AND expiresAt > :now",
        { ":true": true, ":user": userId, ":bot": botUserId, ":now": clock.now() },
      );
      return asked && toTurn(id, asked);
    },
  };
};
