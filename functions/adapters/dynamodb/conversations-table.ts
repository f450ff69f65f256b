import { GetCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type AppSecrets, requireApp } from "#adapters/secrets/app-secrets.ts";
import { keyIdOf, seal, unseal } from "#adapters/secrets/key-cipher.ts";
import { withDataKeysOf } from "#adapters/secrets/with-data-keys-of.ts";
import type { Log } from "#core/shared/log.ts";
import {
  type Conversation,
  type ConversationKey,
  type ConversationStore,
  conversationLifeMs,
} from "#core/turn/conversation.ts";
import { type ConversationPause, pauseEndsAt } from "#core/turn/conversation-pause.ts";
import { makeConditionalUpdates } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";
import { pauseRecord } from "./pause-record.ts";
import type { TablePorts } from "./table-ports.ts";

export interface ConversationsTablePorts extends TablePorts {
  readonly apps: AppSecrets;
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

const pausesText = v.pipe(v.string(), v.parseJson(), v.array(pauseRecord));
const pausesRecord = v.object({ sealedPauses: v.optional(v.string()) });

/** Records of the previous version may have no count. */
const countRecord = v.object({ turns: v.optional(v.number(), 0) });

/** When the last turn ended, in milliseconds since the epoch. */
const closedRecord = v.object({ closedAt: v.optional(v.number()) });

/** What an encrypted attribute holds: text of one cannot be read as that of another. */
type Purpose = "memory" | "pauses";

/** As JSON, since ids may contain any separator. The sender is null for a conversation that a group shares. */
export const conversationKey = ({
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

interface Decrypted {
  readonly text: string;
  readonly hasNewestKey: boolean;
}

const whileHeld = "#token = :token";
const unlessForgotten = `${whileHeld} AND (attribute_not_exists(forgotten) OR forgotten <> :token)`;
const names = { "#token": "token", "#user": "user", "#ttl": "ttl" };

/**
 * A conversation's record: its model's memory and the answers that wait for human input, both encrypted, and the lease of
 * the turn that holds it (`heldBy`, `token`, `heldUntil`).
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
    keyOf: (key: ConversationKey) => ({ conversation: conversationKey(key) }),
    names,
  });

  const encrypt = async (key: ConversationKey, text: string, purpose: Purpose): Promise<string> => {
    const { dataKeys } = await requireApp(apps.find(key.appKey));
    return seal(dataKeys, text, [purpose, conversationKey(key)]);
  };

  /** Undefined if the key no longer exists: the user then starts a new conversation instead of getting no answer. */
  const decrypt = async (
    key: ConversationKey,
    sealed: string,
    purpose: Purpose,
  ): Promise<Decrypted | undefined> => {
    try {
      const app = await requireApp(apps.find(key.appKey));
      const { dataKeys } = await withDataKeysOf(apps, app, [sealed]);
      const text = unseal(dataKeys, sealed, [purpose, conversationKey(key)]);
      return { text, hasNewestKey: keyIdOf(sealed) === dataKeys[0].id };
    } catch (error) {
      log.error("conversation_decryption_failed", {
        app: key.appKey,
        bot: key.botUserId,
        purpose,
        reason: String(error),
      });
      return undefined;
    }
  };

  const remember = async (key: ConversationKey, token: string, memory: string): Promise<boolean> =>
    update(key, "SET sealedMemory = :memory REMOVE conversationId, #user", unlessForgotten, {
      ":memory": await encrypt(key, memory, "memory"),
      ":token": token,
    });

  /** A Dify conversation saves its memory once: extended by each answer, it would need its data key for as long as it is used. */
  const encryptAgain = (key: ConversationKey, token: string, memory: string): Promise<unknown> =>
    remember(key, token, memory).catch((error: unknown) =>
      log.warn("memory_not_encrypted_again", { bot: key.botUserId, reason: String(error) }),
    );

  /** The TTL of a conversation that begins now, as the record has a conversation or may soon have one. */
  const ttlFromNow = (): number => ttlOf(clock.now() + conversationLifeMs);

  const activeIn = (item: Record<string, unknown>) => {
    const stored = parseRecord(record, item, "a conversation record");
    return "expiresAt" in stored && stored.expiresAt > clock.now() ? stored : undefined;
  };

  /** `token`: of the turn that holds the conversation, which may write it. */
  const conversationIn = async (
    key: ConversationKey,
    item: Record<string, unknown>,
    token?: string,
  ): Promise<Conversation | undefined> => {
    const active = activeIn(item);
    if (!active) return undefined;
    const { startedAt, expiresAt } = active;
    if (active.conversationId !== undefined) {
      const memory = JSON.stringify({ conversationId: active.conversationId, user: active.user });
      return { memory, startedAt, expiresAt };
    }
    const decrypted = await decrypt(key, active.sealedMemory, "memory");
    if (!decrypted) return undefined;
    if (!decrypted.hasNewestKey && token !== undefined) await encryptAgain(key, token, decrypted.text);
    return { memory: decrypted.text, startedAt, expiresAt };
  };

  /** Those that another version has stored in another form are dropped: they must not stop the conversation. */
  const pausesIn = async (
    key: ConversationKey,
    item: Record<string, unknown>,
  ): Promise<ConversationPause[]> => {
    const { sealedPauses } = parseRecord(pausesRecord, item, "a conversation record");
    const decrypted = sealedPauses ? await decrypt(key, sealedPauses, "pauses") : undefined;
    if (!decrypted) return [];
    const parsed = v.safeParse(pausesText, decrypted.text);
    if (!parsed.success) log.error("pauses_unreadable", { app: key.appKey, bot: key.botUserId });
    const now = clock.now();
    return parsed.success ? parsed.output.filter((each) => pauseEndsAt(each) > now) : [];
  };

  const get = async (key: ConversationKey): Promise<Record<string, unknown> | undefined> => {
    const { Item } = await client.send(
      new GetCommand({
        TableName: tableName,
        Key: { conversation: conversationKey(key) },
        ConsistentRead: true,
      }),
    );
    return Item;
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
      if (!item) return { status: "busy" };
      const { closedAt: freeSince } = parseRecord(closedRecord, item, "a conversation record");
      const [conversation, pauses] = await Promise.all([
        conversationIn(key, item, token),
        pausesIn(key, item),
      ]);
      return { status: "open", conversation, pauses, freeSince };
    },
    renew: (key, { token, expiresAt }) =>
      update(key, "SET heldUntil = :until", whileHeld, { ":until": expiresAt, ":token": token }),
    begin: async (key, token, { memory, startedAt, expiresAt }) =>
      update(
        key,
        "SET sealedMemory = :memory, startedAt = :started, expiresAt = :until, turns = :none, #ttl = :ttl REMOVE conversationId, #user",
        unlessForgotten,
        {
          ":memory": await encrypt(key, memory, "memory"),
          ":started": startedAt,
          ":until": expiresAt,
          ":none": 0,
          ":ttl": ttlOf(expiresAt),
          ":token": token,
        },
      ),
    remember,
    find: async (key) => {
      const item = await get(key);
      const active = item && activeIn(item);
      if (!active) return undefined;
      const { startedAt, expiresAt } = active;
      return { startedAt, expiresAt, turns: parseRecord(countRecord, item, "a conversation record").turns };
    },
    read: async (key) => {
      const item = await get(key);
      return item && conversationIn(key, item);
    },
    findPauses: async (key) => {
      const item = await get(key);
      return item ? pausesIn(key, item) : [];
    },
    forget: async (key) => {
      await update(
        key,
        // A memory that the running turn has yet to store must be forgotten too.
        "SET forgotten = if_not_exists(#token, :nobody) REMOVE sealedMemory, sealedPauses, conversationId, #user, startedAt, expiresAt, turns",
        "attribute_exists(sealedMemory) OR attribute_exists(sealedPauses) OR attribute_exists(conversationId) OR attribute_exists(#token)",
        { ":nobody": "" },
      );
    },
    close: async (key, token, { isCounted = true, expiresAt, pauses = [] }) => {
      const now = clock.now();
      const release = async (kept: readonly ConversationPause[]): Promise<boolean> => {
        const pausesEnd = Math.max(0, ...kept.map(pauseEndsAt));
        const isKept = kept.length > 0;
        const ttl = ttlOf(Math.max(expiresAt ?? now + conversationLifeMs, pausesEnd));
        const sets = [
          // A check of a paused answer is not a turn that another one waits for.
          ...(isCounted ? ["closedAt = :now"] : []),
          ...(expiresAt === undefined ? [] : ["expiresAt = :until"]),
          ...(isKept ? ["sealedPauses = :pauses"] : []),
          ...(expiresAt !== undefined || isKept ? ["#ttl = :ttl"] : []),
        ];
        const set = sets.length === 0 ? "" : `SET ${sets.join(", ")} `;
        return update(
          key,
          `${set}REMOVE heldBy, heldUntil, #token${isKept ? "" : ", sealedPauses"} ADD turns :count`,
          isKept ? unlessForgotten : whileHeld,
          {
            ":token": token,
            ":count": isCounted ? 1 : 0,
            ...(isCounted && { ":now": now }),
            ...(expiresAt !== undefined && { ":until": expiresAt }),
            ...(isKept && { ":pauses": await encrypt(key, JSON.stringify(kept), "pauses") }),
            ...((expiresAt !== undefined || isKept) && { ":ttl": ttl }),
          },
        );
      };
      const isClosed = await release(pauses);
      if (!isClosed && pauses.length > 0) await release([]);
    },
  };
};
