import { type DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type AppSecrets, type AppWithKeys, requireApp } from "#adapters/secrets/app-secrets.ts";
import { seal, unseal } from "#adapters/secrets/key-cipher.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import {
  type Conversation,
  type ConversationKey,
  type ConversationStore,
  conversationLifeMs,
} from "#core/turn/conversation.ts";
import { makeConditionalUpdate } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";

export interface ConversationsTablePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly apps: AppSecrets;
  readonly clock: Clock;
  readonly log: Log;
}

/** When a conversation began and ends; apps that know no context never have one. */
const life = { startedAt: v.number(), expiresAt: v.number() };
const record = v.union([
  // The version before kept Dify's id and user in clear. Where it stands beside a memory, that version wrote it since.
  v.object({ conversationId: v.string(), user: v.string(), ...life }),
  v.object({ conversationId: v.optional(v.undefined()), sealedMemory: v.string(), ...life }),
  // That version forgets without removing the memory.
  v.object({ conversationId: v.optional(v.undefined()), startedAt: v.optional(v.undefined()) }),
]);

/** Records of the version before may count none. */
const counted = v.object({ turns: v.optional(v.number(), 0) });

/** As JSON, since ids may contain any separator. A group that shares one has null in the sender's place. */
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
 * A conversation's record: what its model remembers, sealed, and the lease of the turn that has it (`heldBy`, `token`,
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
  const conditionalUpdate = makeConditionalUpdate({ client, tableName, names });
  const update = (
    key: ConversationKey,
    expression: string,
    condition: string,
    values: Readonly<Record<string, string | number>>,
  ) => conditionalUpdate({ conversation: keyOf(key) }, { update: expression, condition, values });

  const sealMemory = async (key: ConversationKey, memory: string): Promise<string> => {
    const { dataKeys } = await requireApp(apps.find(key.appKey));
    return seal(dataKeys, memory, ["memory", keyOf(key)]);
  };

  /** Where its key is gone, the conversation counts as gone as well: it must not keep its user from an answer. */
  const openMemory = async (key: ConversationKey, sealed: string): Promise<string | undefined> => {
    const openWith = ({ dataKeys }: AppWithKeys): string => unseal(dataKeys, sealed, ["memory", keyOf(key)]);
    try {
      return openWith(await requireApp(apps.find(key.appKey)));
    } catch {}
    try {
      // Another process may seal with a key that was added to the secret within the last minute.
      return openWith(await requireApp(apps.findAgain(key.appKey)));
    } catch (error) {
      log.error("memory_not_opened", { app: key.appKey, bot: key.botUserId, reason: String(error) });
      return undefined;
    }
  };

  /** For as long as a conversation that begins now would live: the record holds one, or may soon. */
  const ttlFromNow = (): number => ttlOf(clock.now() + conversationLifeMs);

  const livingIn = (item: Record<string, unknown>) => {
    const stored = parseRecord(record, item, "a conversation record");
    return "expiresAt" in stored && stored.expiresAt > clock.now() ? stored : undefined;
  };

  const conversationIn = async (
    key: ConversationKey,
    item: Record<string, unknown>,
  ): Promise<Conversation | undefined> => {
    const living = livingIn(item);
    if (!living) return undefined;
    const { startedAt, expiresAt } = living;
    const memory =
      living.conversationId === undefined
        ? await openMemory(key, living.sealedMemory)
        : JSON.stringify({ conversationId: living.conversationId, user: living.user });
    return memory === undefined ? undefined : { memory, startedAt, expiresAt };
  };

  return {
    open: async (key, { turnId, token, expiresAt }) => {
      const item = await update(
        key,
        "SET version = :version, heldBy = :turn, #token = :token, heldUntil = :until, #ttl = :ttl",
        // Its own token too: the SDK repeats a write whose reply was lost.
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
    renew: async (key, { token, expiresAt }) => {
      const values = { ":until": expiresAt, ":token": token };
      return (await update(key, "SET heldUntil = :until", whileHeld, values)) !== undefined;
    },
    begin: async (key, token, { memory, startedAt, expiresAt }) => {
      const begun = await update(
        key,
        "SET sealedMemory = :memory, startedAt = :started, expiresAt = :until, turns = :none, #ttl = :ttl REMOVE conversationId, #user",
        unlessForgotten,
        {
          ":memory": await sealMemory(key, memory),
          ":started": startedAt,
          ":until": expiresAt,
          ":none": 0,
          ":ttl": ttlOf(expiresAt),
          ":token": token,
        },
      );
      return begun !== undefined;
    },
    remember: async (key, token, memory) => {
      const remembered = await update(
        key,
        "SET sealedMemory = :memory REMOVE conversationId, #user",
        unlessForgotten,
        { ":memory": await sealMemory(key, memory), ":token": token },
      );
      return remembered !== undefined;
    },
    find: async (key) => {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: { conversation: keyOf(key) }, ConsistentRead: true }),
      );
      const living = Item && livingIn(Item);
      if (!living) return undefined;
      const { startedAt, expiresAt } = living;
      return { startedAt, expiresAt, turns: parseRecord(counted, Item, "a conversation record").turns };
    },
    forget: async (key) => {
      await update(
        key,
        // What the turn that runs in it has yet to learn from its model is forgotten too.
        "SET forgotten = if_not_exists(#token, :nobody) REMOVE sealedMemory, conversationId, #user, startedAt, expiresAt, turns",
        "attribute_exists(sealedMemory) OR attribute_exists(conversationId) OR attribute_exists(#token)",
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
