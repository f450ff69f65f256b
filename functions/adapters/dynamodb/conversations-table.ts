import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import type { Clock } from "#core/shared/clock.ts";
import {
  type Conversation,
  type ConversationKey,
  type ConversationStore,
  conversationLifeMs,
} from "#core/turn/conversation.ts";
import { unlessRefused } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";
import { namesIn } from "./names-in.ts";

export interface ConversationsTablePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
}

const conversationRecord = v.object({
  conversationId: v.string(),
  user: v.string(),
  startedAt: v.number(),
  expiresAt: v.number(),
});
/** One that is held may have no conversation of Dify's yet; apps that know no context never have one. */
const heldRecord = v.union([conversationRecord, v.object({ conversationId: v.optional(v.undefined()) })]);

/** As JSON, since ids may hold any separator. A group that shares one has null in the sender's place. */
const keyOf = ({
  appKey,
  botUserId,
  integrationType,
  channelType,
  targetId,
  senderId,
  name,
}: ConversationKey): string => {
  const parts = [appKey, botUserId, integrationType, channelType, targetId, senderId ?? null];
  return JSON.stringify(name === undefined ? parts : [...parts, name]);
};

/** Records of the version before count none. */
const counted = v.object({ turns: v.optional(v.number(), 0) });

const whileHeld = "#token = :token";
const names = { "#token": "token", "#user": "user", "#ttl": "ttl" };

/**
 * A conversation's record: what Dify calls it, and the hold of the turn that has it (`heldBy`, `token`, `heldUntil`).
 *
 *   open ──► held (until heldUntil) ──close──► free for the next turn
 *             ▲ │ renew, keep
 *             └─┘
 */
export const makeConversationsTable = ({
  client,
  tableName,
  clock,
}: ConversationsTablePorts): ConversationStore => {
  /** Gives the record as it stands then; undefined where the condition did not hold. */
  const update = async (
    key: ConversationKey,
    UpdateExpression: string,
    ConditionExpression: string,
    values: Readonly<Record<string, string | number>>,
  ): Promise<Record<string, unknown> | undefined> => {
    const write = client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: { conversation: keyOf(key) },
        UpdateExpression,
        ConditionExpression,
        ExpressionAttributeNames: namesIn(names, UpdateExpression, ConditionExpression),
        ExpressionAttributeValues: values,
        ReturnValues: "ALL_NEW",
      }),
    );
    return (await unlessRefused(write))?.Attributes;
  };

  /** For as long as a conversation that is begun now would live: the record holds one, or may soon. */
  const ttlFromNow = (): number => ttlOf(clock.now() + conversationLifeMs);

  const conversationIn = (record: Record<string, unknown>): Conversation | undefined => {
    const held = parseRecord(heldRecord, record, "a conversation record");
    return held.conversationId !== undefined && held.expiresAt > clock.now() ? held : undefined;
  };

  return {
    open: async (key, { turnId, token, heldUntil }) => {
      const record = await update(
        key,
        "SET version = :version, heldBy = :turn, #token = :token, heldUntil = :until, #ttl = :ttl",
        // Its own token too: the SDK makes a write again whose reply was lost.
        "attribute_not_exists(heldUntil) OR heldUntil <= :now OR heldBy = :turn OR #token = :token",
        {
          ":version": 1,
          ":turn": turnId,
          ":token": token,
          ":until": heldUntil,
          ":ttl": ttlFromNow(),
          ":now": clock.now(),
        },
      );
      return record ? { status: "open", conversation: conversationIn(record) } : { status: "busy" };
    },
    renew: async (key, { token, heldUntil }) => {
      const values = { ":until": heldUntil, ":token": token };
      return (await update(key, "SET heldUntil = :until", whileHeld, values)) !== undefined;
    },
    keep: async (key, token, { conversationId, user, startedAt, expiresAt }) => {
      const kept = await update(
        key,
        "SET conversationId = :id, #user = :user, startedAt = :started, expiresAt = :until, turns = :none, #ttl = :ttl",
        `${whileHeld} AND (attribute_not_exists(forgotten) OR forgotten <> :token)`,
        {
          ":id": conversationId,
          ":user": user,
          ":started": startedAt,
          ":until": expiresAt,
          ":none": 0,
          ":ttl": ttlOf(expiresAt),
          ":token": token,
        },
      );
      return kept !== undefined;
    },
    find: async (key) => {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { conversation: keyOf(key) }, ConsistentRead: true }),
      );
      const conversation = Item && conversationIn(Item);
      return (
        conversation && { ...conversation, turns: parseRecord(counted, Item, "a conversation record").turns }
      );
    },
    forget: async (key) => {
      await update(
        key,
        // What the turn that runs in it has yet to hear of Dify is forgotten too.
        "SET forgotten = if_not_exists(#token, :nobody) REMOVE conversationId, #user, startedAt, expiresAt, turns",
        "attribute_exists(conversationId) OR attribute_exists(#token)",
        { ":nobody": "" },
      );
    },
    close: async (key, token, expiresAt) => {
      const isProlonged = expiresAt !== undefined;
      await update(
        key,
        `${isProlonged ? "SET expiresAt = :until, #ttl = :ttl " : ""}REMOVE heldBy, heldUntil, #token ADD turns :one`,
        whileHeld,
        {
          ":token": token,
          ":one": 1,
          ...(isProlonged && { ":until": expiresAt, ":ttl": ttlOf(expiresAt) }),
        },
      );
    },
  };
};
