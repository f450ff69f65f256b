import { DeleteCommand, type DynamoDBDocumentClient, GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import type { TokenRevocations } from "#core/chat/user-guard.ts";
import type { PersonRecords, Removal } from "#core/person/person-records.ts";
import { type Clock, dayMs } from "#core/shared/clock.ts";
import { slotChannels } from "#core/shared/slots.ts";
import type { ConversationKey, ConversationStore } from "#core/turn/conversation.ts";
import { maxTurnMs } from "#core/turn/turn-time.ts";
import { pieceKey, pieceLifeMs } from "./answer-pieces-table.ts";
import { makeBatchDelete, maxPerBatch } from "./batch-delete.ts";
import { makeBatchGet } from "./batch-get.ts";
import { ignoreConditionFailure } from "./conditional-write.ts";
import { conversationKey } from "./conversations-table.ts";
import { cutoffIn, cutoffKeyOf } from "./cutoffs-table.ts";
import { inboxKeyOf } from "./inbox-table.ts";
import { countsKey } from "./limits-record.ts";
import { recallKeyOf } from "./recalls-table.ts";
import { partKey } from "./slots-record.ts";
import { turnKeyOf } from "./turn-name.ts";
import { keyOf as userKey } from "./user-guard-record.ts";
import { profileKey } from "./user-profiles-table.ts";

export interface PersonRecordsPorts {
  readonly client: DynamoDBDocumentClient;
  readonly tables: Readonly<Record<"conversations" | "turns" | "guards", string>>;
  readonly conversations: Pick<ConversationStore, "forget">;
  readonly revocations: Pick<TokenRevocations, "revoke">;
  readonly clock: Clock;
}

/** A user has at most 100 slots, in records of 16. */
const slotRecords = 7;

/** A job waits for 20 minutes at most, and is tried for about 20 more (functions/core/jobs/run-turn-job.ts). */
const maxJobMs = 60 * 60 * 1000;

const turnRecord = v.object({
  state: v.optional(v.string()),
  expiresAt: v.number(),
  heldUntil: v.optional(v.number(), 0),
  attempt: v.optional(v.number(), 0),
});

/** A job that checks a paused answer is in the queue until it finds that its pause is over. Its key has one part more than others. */
const isCheck = (key: string): boolean => v.parse(jobKey, key).length === 7;
const jobKey = v.pipe(v.string(), v.parseJson(), v.array(v.string()));

/** Deletes what the three tables have of a person (docs/data-model.md). */
export const makePersonRecords = ({
  client,
  tables,
  conversations,
  revocations,
  clock,
}: PersonRecordsPorts): PersonRecords => {
  const batchGet = makeBatchGet({ client, tableName: tables.guards, clock });

  const batchDelete = makeBatchDelete({ client, tableName: tables.guards, clock });
  const deleteGuards = (guards: readonly string[]) => batchDelete(guards.map((guard) => ({ guard })));

  /** Of these, the cutoffs that no job waits behind any more: the others stop answers to what the person has sent. */
  const unneededCutoffs = async (keys: readonly { readonly guard: string }[]): Promise<string[]> => {
    const now = clock.now();
    const found = await batchGet(keys);
    return found.flatMap((item) => {
      const cutoff = cutoffIn(item, now);
      return cutoff === undefined || cutoff < now - maxJobMs ? [String(item.guard)] : [];
    });
  };

  const deletePieces = async (appKey: string, turn: string, attempts: number): Promise<void> => {
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      for (let first = 0; ; first += maxPerBatch) {
        const guards = Array.from({ length: maxPerBatch }, (_, n) =>
          pieceKey({ appKey, turn, attempt }, first + n),
        );
        const found = await batchGet(guards.map((guard) => ({ guard })));
        if (found.length === 0) break;
        await deleteGuards(guards);
      }
    }
  };

  /** "busy": the condition was not met. */
  const deleteIf = async (
    table: string,
    key: Readonly<Record<string, string>>,
    condition: string,
    values: Readonly<Record<string, unknown>>,
  ): Promise<Removal> => {
    const deleted = await ignoreConditionFailure(
      client.send(
        new DeleteCommand({
          TableName: table,
          Key: key,
          ConditionExpression: condition,
          ExpressionAttributeValues: values,
          ReturnValues: "ALL_OLD",
        }),
      ),
    );
    if (!deleted) return "busy";
    return deleted.Attributes ? "removed" : "absent";
  };

  return {
    removeTurn: async (story): Promise<Removal> => {
      const { appKey, turn, msgUID, acceptedAt } = story;
      const key = turnKeyOf(appKey, turn);
      if (key === undefined) return "absent";
      const { Item } = await client.send(
        new GetCommand({ TableName: tables.turns, Key: { turn: key }, ConsistentRead: true }),
      );
      if (!Item) return "absent";
      const { state, expiresAt, heldUntil, attempt } = parseRecord(turnRecord, Item, "a turn");
      const now = clock.now();
      // The message of a job that another one has ended may still be in the queue.
      const mayComeAgain = story.ending?.outcome === "merged" && acceptedAt > now - maxJobMs;
      // A turn over HTTP has a lease of its own. A job's record expires with its lease, and its message may still be in the queue.
      const isOver =
        (state === "done" && !mayComeAgain) ||
        (story.channel === "http"
          ? heldUntil <= now
          : expiresAt <= now && acceptedAt <= now - maxJobMs && !isCheck(key));
      if (!isOver) return "busy";
      // First what only the record leads to.
      if (story.channel === "http" && acceptedAt > now - maxTurnMs - pieceLifeMs)
        await deletePieces(appKey, turn, attempt);
      if (story.channel === "im") {
        const { channelType, bot, targetId } = story;
        const target = channelType === "PERSON" ? bot : targetId;
        const { fromUserId, integration } = story;
        const chat = { appKey, botUserId: bot, channelType };
        const member = channelType === "GROUP" ? { memberId: fromUserId } : {};
        const inbox = { ...chat, toUserId: target, fromUserId, acceptedAt };
        await deleteGuards([
          recallKeyOf({ appKey, channelType, targetId: target, msgUID }).guard,
          ...(await unneededCutoffs([cutoffKeyOf({ ...chat, targetId, ...member })])),
          ...(integration === undefined || integration === "webhook"
            ? []
            : [inboxKeyOf({ ...inbox, integrationType: integration }).guard]),
        ]);
      }
      // Unless it has begun again meanwhile.
      return deleteIf(tables.turns, { turn: key }, "expiresAt = :expiresAt", { ":expiresAt": expiresAt });
    },

    removeConversation: async (key: ConversationKey): Promise<Removal> => {
      const removal = await deleteIf(
        tables.conversations,
        { conversation: conversationKey(key) },
        "attribute_not_exists(heldUntil) OR heldUntil <= :now",
        { ":now": clock.now() },
      );
      if (removal === "busy") await conversations.forget(key);
      return removal;
    },

    removeUser: async (person, models): Promise<void> => {
      const { appKey, userId } = person;
      const now = clock.now();
      const counted = [
        { scope: "app_user", ids: [appKey, userId] } as const,
        ...models.map(({ bot, type }) => ({ scope: "bot_user", ids: [appKey, bot, type, userId] }) as const),
      ];
      const chats = [...new Set(models.map(({ bot }) => bot))].map((botUserId) =>
        cutoffKeyOf({ appKey, botUserId, channelType: "PERSON", targetId: userId }),
      );
      await revocations.revoke(person, now);
      await client.send(
        new UpdateCommand({
          TableName: tables.guards,
          Key: userKey(person, "turns"),
          UpdateExpression: "REMOVE #open, #starts",
          ExpressionAttributeNames: { "#open": "open", "#starts": "starts" },
        }),
      );
      await deleteGuards([
        ...(await unneededCutoffs(chats)),
        userKey(person, "readers").guard,
        userKey(person, "uploads").guard,
        profileKey(person),
        // Of today, and of yesterday, whose records have not expired yet.
        ...counted.flatMap((each) => [countsKey(each, now), countsKey(each, now - dayMs)]),
        ...slotChannels.flatMap((channel) =>
          Array.from({ length: slotRecords }, (_, part) => partKey([channel, appKey, userId], part)),
        ),
      ]);
    },
  };
};
