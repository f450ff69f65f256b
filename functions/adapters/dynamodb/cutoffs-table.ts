import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import type { BotChat, CutoffStore } from "#core/message/chat-cutoff.ts";
import { rememberRecallForMs } from "#core/message/recall.ts";
import { conditionMet } from "./conditional-write.ts";
import { ttlOf } from "./expiry.ts";
import type { TablePorts } from "./table-ports.ts";

const cutoffRecord = v.object({ cutoff: v.number(), expiresAt: v.number() });

/** As JSON, since ids may contain any separator. */
export const cutoffKeyOf = ({ appKey, botUserId, channelType, targetId, memberId }: BotChat) => {
  const parts = [appKey, botUserId, channelType, targetId];
  return { guard: `cutoff#${JSON.stringify(memberId === undefined ? parts : [...parts, memberId])}` };
};

/** `item`: the chat's cutoff, if it has one. */
export const cutoffIn = (item: Record<string, unknown> | undefined, now: number): number | undefined => {
  if (!item) return undefined;
  const { cutoff, expiresAt } = parseRecord(cutoffRecord, item, "a cutoff");
  return expiresAt > now ? cutoff : undefined;
};

/** Cutoffs of chats, in the guards table. They are kept as long as recalls, for the same jobs. */
export const makeCutoffsTable = ({ client, tableName, clock }: TablePorts): CutoffStore => {
  const write = (chat: BotChat, to: number, condition?: string): Promise<boolean> => {
    const expiresAt = to + rememberRecallForMs;
    return conditionMet(
      client.send(
        new UpdateCommand({
          TableName: tableName,
          Key: cutoffKeyOf(chat),
          UpdateExpression: "SET version = :version, cutoff = :to, expiresAt = :until, #ttl = :ttl",
          ConditionExpression: condition,
          ExpressionAttributeNames: { "#ttl": "ttl" },
          ExpressionAttributeValues: {
            ":version": 1,
            ":to": to,
            ":until": expiresAt,
            ":ttl": ttlOf(expiresAt),
          },
        }),
      ),
    );
  };

  return {
    advance: async (chat, to) => {
      await write(chat, to, "attribute_not_exists(cutoff) OR cutoff < :to");
    },
    pullBack: async (chat, to) => {
      await write(chat, to, "cutoff > :to");
    },
    set: async (chat, to) => {
      await write(chat, to);
    },
    find: async (chat) => {
      const { Item } = await client.send(
        new GetCommand({ TableName: tableName, Key: cutoffKeyOf(chat), ConsistentRead: true }),
      );
      return cutoffIn(Item, clock.now());
    },
  };
};
