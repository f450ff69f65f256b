import { type DynamoDBDocumentClient, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import type { Clock } from "../../core/clock.ts";
import type { ConversationKey, ConversationStore } from "../../core/conversation.ts";
import { parseRecord } from "../node/parse-record.ts";
import { ttlOf } from "./expiry.ts";

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

/** As JSON, since ids may hold any separator. */
const keyOf = ({
  appKey,
  botUserId,
  integrationType,
  channelType,
  targetId,
  senderId,
}: ConversationKey): string =>
  JSON.stringify([appKey, botUserId, integrationType, channelType, targetId, senderId]);

export const makeConversationsTable = ({
  client,
  tableName,
  clock,
}: ConversationsTablePorts): ConversationStore => ({
  find: async (key) => {
    const { Item } = await client.send(
      new GetCommand({ TableName: tableName, Key: { conversation: keyOf(key) }, ConsistentRead: true }),
    );
    if (!Item) return undefined;
    const conversation = parseRecord(conversationRecord, Item, "a conversation record");
    return conversation.expiresAt > clock.now() ? conversation : undefined;
  },
  keep: async (key, conversation) => {
    const { expiresAt } = conversation;
    await client.send(
      new PutCommand({
        TableName: tableName,
        Item: { conversation: keyOf(key), version: 1, ...conversation, ttl: ttlOf(expiresAt) },
      }),
    );
  },
});
