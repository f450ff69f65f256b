import { GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import { type AppSecrets, requireApp } from "#adapters/secrets/app-secrets.ts";
import { unseal } from "#adapters/secrets/key-cipher.ts";
import { withDataKeysOf } from "#adapters/secrets/with-data-keys-of.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { channelTypes } from "#core/message/message-event.ts";
import { dayMs } from "#core/shared/clock.ts";
import type { Log } from "#core/shared/log.ts";
import type { StoryRange, StoryStore } from "#core/turn/story-store.ts";
import { turnChannels } from "#core/turn/turn-report.ts";
import { endOutcomes, type StoryText, type TurnStory } from "#core/turn/turn-story.ts";
import { partitionOf, shardOf, storyIndex, storyShards, textContext } from "./story-attributes.ts";
import type { TablePorts } from "./table-ports.ts";
import { turnKeyOf, turnNameOf } from "./turn-name.ts";

const text = v.optional(v.string());
const number = v.optional(v.number());

const beginning = v.object({
  channel: v.picklist(turnChannels),
  bot: v.string(),
  integration: v.fallback(v.optional(v.picklist(integrationTypes)), undefined),
  fromUserId: v.string(),
  channelType: v.picklist(channelTypes),
  targetId: v.string(),
  conversation: text,
  msgUID: v.string(),
  requestId: text,
  traceId: text,
  isCheck: v.optional(v.boolean()),
});

const ending = v.object({
  outcome: v.picklist(endOutcomes),
  code: text,
  detail: text,
  tries: number,
  tookOver: v.optional(v.boolean()),
  modelCalls: number,
  askedAt: number,
  firstTextAt: number,
  lastTextAt: number,
  firstSentAt: number,
  deliveredAt: number,
  endedAt: v.number(),
  chunks: number,
  refusals: number,
  rateLimited: number,
  integration: v.optional(v.picklist(integrationTypes)),
  ids: v.optional(v.object({ task: text, message: text, conversation: text })),
  usage: v.optional(
    v.object({
      promptTokens: number,
      completionTokens: number,
      totalTokens: v.number(),
      totalPrice: text,
      currency: text,
    }),
  ),
});

const record = v.object({
  turn: v.string(),
  [storyIndex.sortKey]: v.number(),
  story: beginning,
  // Those of a newer version, after a rollback, may have values that this one does not know.
  storyEnd: v.fallback(v.optional(ending), undefined),
  storyText: text,
});

const storyText = v.object({ question: v.string(), answer: v.string() });

export interface StoriesTablePorts extends TablePorts {
  readonly apps: Pick<AppSecrets, "find" | "findFresh">;
  readonly log: Log;
  /** See `StoryAttributesPorts`. */
  readonly days: number;
}

/** Records per call of a partition: a MB has more than the upper limit. */
const pageLimits = { min: 20, max: 1_000 } as const;

/** The next of several sequences, newest first. */
const mergeNewest = async function* (
  sequences: readonly AsyncIterator<TurnStory, unknown>[],
): AsyncGenerator<TurnStory> {
  const heads = await Promise.all(sequences.map((each) => each.next()));
  for (;;) {
    let newest: { index: number; story: TurnStory } | undefined;
    for (const [index, head] of heads.entries()) {
      if (head.done) continue;
      if (!newest || head.value.acceptedAt > newest.story.acceptedAt) newest = { index, story: head.value };
    }
    if (!newest) return;
    yield newest.story;
    const next = await sequences[newest.index]?.next();
    if (next) heads[newest.index] = next;
  }
};

/** Reads the stories that `StoryAttributes` has written. */
export const makeStoriesTable = ({
  client,
  tableName,
  clock,
  apps,
  log,
  days,
}: StoriesTablePorts): StoryStore => {
  const oldest = (): number => clock.now() - days * dayMs;

  const toStory = (appKey: string, item: Record<string, unknown>): TurnStory => {
    const { turn, storyAt, story, storyEnd } = parseRecord(record, item, "a story");
    return {
      ...story,
      integration: story.integration,
      appKey,
      turn: turnNameOf(turn),
      acceptedAt: storyAt,
      ending: storyEnd,
    };
  };

  /** Undefined if another version wrote it in a form that this one does not know: one story must not hide all others. */
  const readStory = (appKey: string, item: Record<string, unknown>): TurnStory | undefined => {
    try {
      return toStory(appKey, item);
    } catch (error) {
      log.error("story_unreadable", { app: appKey, reason: String(error) });
      return undefined;
    }
  };

  /** Undefined if their data key no longer exists. */
  const openText = async (appKey: string, key: string, sealed: string): Promise<StoryText | undefined> => {
    try {
      const app = await requireApp(apps.find(appKey));
      const { dataKeys } = await withDataKeysOf(apps, app, [sealed]);
      return v.parse(storyText, JSON.parse(unseal(dataKeys, sealed, textContext(key))));
    } catch (error) {
      log.error("story_text_unreadable", { app: appKey, reason: String(error) });
      return undefined;
    }
  };

  const partition = async function* (
    { appKey, since, until, withExpired = false }: StoryRange,
    shard: number,
    limit: number,
  ): AsyncGenerator<TurnStory> {
    const from = withExpired ? since : Math.max(since, oldest());
    if (from >= until) return;
    let startKey: Record<string, unknown> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await client.send(
        new QueryCommand({
          TableName: tableName,
          IndexName: storyIndex.name,
          KeyConditionExpression: "#of = :of AND #at BETWEEN :since AND :until",
          ExpressionAttributeNames: { "#of": storyIndex.partitionKey, "#at": storyIndex.sortKey },
          ExpressionAttributeValues: {
            ":of": partitionOf(appKey, shard),
            ":since": from,
            ":until": until - 1,
          },
          ScanIndexForward: false,
          Limit: limit,
          ExclusiveStartKey: startKey,
        }),
      );
      for (const item of Items) {
        const story = readStory(appKey, item);
        if (story) yield story;
      }
      startKey = LastEvaluatedKey;
    } while (startKey);
  };

  return {
    newestFirst: (range, atOnce) => {
      const { fromUserId } = range;
      const shards =
        fromUserId === undefined
          ? Array.from({ length: storyShards }, (_, index) => index)
          : [shardOf(fromUserId)];
      const limit = Math.min(Math.max(atOnce, pageLimits.min), pageLimits.max);
      return mergeNewest(shards.map((shard) => partition(range, shard, limit)));
    },
    find: async (appKey, turn) => {
      const key = turnKeyOf(appKey, turn);
      if (key === undefined) return undefined;
      const { Item } = await client.send(new GetCommand({ TableName: tableName, Key: { turn: key } }));
      if (!Item?.story) return undefined;
      const story = toStory(appKey, Item);
      if (story.acceptedAt < oldest()) return undefined;
      const { storyText: sealed } = parseRecord(record, Item, "a story");
      if (sealed === undefined) return story;
      return { ...story, text: await openText(appKey, key, sealed) };
    },
  };
};
