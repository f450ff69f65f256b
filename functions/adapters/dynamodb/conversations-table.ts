import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type AppSecrets, requireApp } from "#adapters/secrets/app-secrets.ts";
import { seal, unseal } from "#adapters/secrets/key-cipher.ts";
import { withDataKeysOf } from "#adapters/secrets/with-data-keys-of.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import {
  type Conversation,
  type ConversationKey,
  type ConversationStore,
  conversationLifeMs,
} from "#core/turn/conversation.ts";
import { makeConditionalUpdates } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";

export interface ConversationsTablePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly apps: AppSecrets;
  readonly clock: Clock;
  readonly log: Log;
}

/** When a conversation began and expires, in milliseconds since the epoch. Apps without context have no conversation. */
const life = { startedAt: v.number(), expiresAt: v.number() };
const record = v.union([
  // The previous version stores Dify's id and user unencrypted. If there is a memory too, the id is newer.
  v.object({ conversationId: v.string(), user: v.string(), ...life }),
  v.object({ conversationId: v.optional(v.undefined()), sealedMemory: v.string(), ...life }),
  // The previous version forgets a conversation without removing its memory.
  v.object({ conversationId: v.optional(v.undefined()), startedAt: v.optional(v.undefined()) }),
]);

/** Records of the previous version may have no count. */
const countRecord = v.object({ turns: v.optional(v.number(), 0) });

/** As JSON, since ids may contain any separator. The sender is null for a conversation that a group shares. */
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

const whileHeld = "#token = :token";
const unlessForgotten = `${whileHeld} AND (attribute_not_exists(forgotten) OR forgotten <> :token)`;
const names = { "#token": "token", "#user": "user", "#ttl": "ttl" };

/**
 * A conversation's record: its model's memory, encrypted, and the lease of the turn that holds it (`heldBy`, `token`,
 * `heldUntil`).
 *
 *   open ──► held (until heldUntil) ──close──► free for the next turn
 *             ▲ │ renew, begin, remember
 *             └─┘
 */
export const makeConversationsTable = ({
  client,
  tableName,
  apps,
  clock,
  log,
}: ConversationsTablePorts): ConversationStore => {
  const { update, updateAndGet } = makeConditionalUpdates({
    client,
    tableName,
    keyOf: (key: ConversationKey) => ({ conversation: keyOf(key) }),
    names,
  });

  const encryptMemory = async (key: ConversationKey, memory: string): Promise<string> => {
    const { dataKeys } = await requireApp(apps.find(key.appKey));
    return seal(dataKeys, memory, ["memory", keyOf(key)]);
  };

  /** Undefined if the key no longer exists: the user then starts a new conversation instead of getting no answer. */
  const decryptMemory = async (key: ConversationKey, sealed: string): Promise<string | undefined> => {
    try {
      const app = await requireApp(apps.find(key.appKey));
      const { dataKeys } = await withDataKeysOf(apps, app, [sealed]);
      return unseal(dataKeys, sealed, ["memory", keyOf(key)]);
    } catch (error) {
      log.error("memory_decryption_failed", { app: key.appKey, bot: key.botUserId, reason: String(error) });
      return undefined;
    }
  };

  /** The TTL of a conversation that begins now, as the record has a conversation or may soon have one. */
  const ttlFromNow = (): number => ttlOf(clock.now() + conversationLifeMs);

  const activeIn = (item: Record<string, unknown>) => {
    const stored = parseRecord(record, item, "a conversation record");
    return "expiresAt" in stored && stored.expiresAt > clock.now() ? stored : undefined;
  };

  const conversationIn = async (
    key: ConversationKey,
    item: Record<string, unknown>,
  ): Promise<Conversation | undefined> => {
    const active = activeIn(item);
    if (!active) return undefined;
    const { startedAt, expiresAt } = active;
    const memory =
      active.conversationId === undefined
        ? await decryptMemory(key, active.sealedMemory)
        : JSON.stringify({ conversationId: active.conversationId, user: active.user });
    return memory === undefined ? undefined : { memory, startedAt, expiresAt };
  };

  return {
    open: async (key, { turnId, token, expiresAt }) => {
      const item = await updateAndGet(
        key,
        "SET version = :version, heldBy = :turn, #token = :token, heldUntil = :until, #ttl = :ttl",
        // Its own token too: the SDK repeats a write whose response was lost.
        "attribute_not_exists(heldUntil) OR heldUntil <= :now OR heldBy = :turn OR #token = :token",
        {
          ":version": 1,
          ":turn": turnId,
          ":token": token,
          ":until": expiresAt,
          ":ttl": ttlFromNow(),
          ":now": clock.now(),
        },
      );
      return item ? { status: "open", conversation: await conversationIn(key, item) } : { status: "busy" };
    },
    renew: (key, { token, expiresAt }) =>
      update(key, "SET heldUntil = :until", whileHeld, { ":until": expiresAt, ":token": token }),
    begin: async (key, token, { memory, startedAt, expiresAt }) =>
      update(
        key,
        "SET sealedMemory = :memory, startedAt = :started, expiresAt = :until, turns = :none, #ttl = :ttl REMOVE conversationId, #user",
        unlessForgotten,
        {
          ":memory": await encryptMemory(key, memory),
          ":started": startedAt,
          ":until": expiresAt,
          ":none": 0,
          ":ttl": ttlOf(expiresAt),
          ":token": token,
        },
      ),
    remember: async (key, token, memory) =>
      update(key, "SET sealedMemory = :memory REMOVE conversationId, #user", unlessForgotten, {
        ":memory": await encryptMemory(key, memory),
        ":token": token,
      }),
    find: async (key) => {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { conversation: keyOf(key) }, ConsistentRead: true }),
      );
      const active = Item && activeIn(Item);
      if (!active) return undefined;
      const { startedAt, expiresAt } = active;
      return { startedAt, expiresAt, turns: parseRecord(countRecord, Item, "a conversation record").turns };
    },
    forget: async (key) => {
      await update(
        key,
        // A memory that the running turn has yet to store must be forgotten too.
        "SET forgotten = if_not_exists(#token, :nobody) REMOVE sealedMemory, conversationId, #user, startedAt, expiresAt, turns",
        "attribute_exists(sealedMemory) OR attribute_exists(conversationId) OR attribute_exists(#token)",
        { ":nobody": "" },
      );
    },
    close: async (key, token, expiresAt) => {
      const isExtended = expiresAt !== undefined;
      await update(
        key,
        `${isExtended ? "SET expiresAt = :until, #ttl = :ttl " : ""}REMOVE heldBy, heldUntil, #token ADD turns :one`,
        whileHeld,
        {
          ":token": token,
          ":one": 1,
          ...(isExtended && { ":until": expiresAt, ":ttl": ttlOf(expiresAt) }),
        },
      );
    },
  };
};
