import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import * as v from "valibot";
import { parseRecord } from "#adapters/node/parse-record.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { unseal } from "#adapters/secrets/key-cipher.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { channelTypes } from "#core/message/message-event.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { StoryRange, StoryStore } from "#core/turn/story-store.ts";
import { turnChannels } from "#core/turn/turn-report.ts";
import { endOutcomes, type TurnStory } from "#core/turn/turn-story.ts";
import { partitionOf, shardOf, storyIndex, storyShards, textContext } from "./story-attributes.ts";

const text = v.optional(v.string());
const number = v.optional(v.number());

const beginning = v.object({
  channel: v.picklist(turnChannels),
  bot: v.string(),
  integration: v.optional(v.picklist(integrationTypes)),
  fromUserId: v.string(),
  channelType: v.picklist(channelTypes),
  targetId: v.string(),
  conversation: text,
  msgUID: v.string(),
  requestId: text,
  traceId: text,
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
  storyEnd: v.optional(ending),
  storyText: text,
});

const storyText = v.object({ question: v.string(), answer: v.string() });

/** A record's key: `["chat", app, turn]` of a turn over HTTP, otherwise a job's parts, of which the app is the first. */
const recordKey = v.pipe(v.string(), v.parseJson(), v.tupleWithRest([v.string(), v.string()], v.string()));

const jobPrefix = "job:";

/** The name of a turn for callers: the client's for a turn over HTTP, otherwise the job's key without the app. */
const turnOf = (key: string): string => {
  const [kind, ...parts] = v.parse(recordKey, key);
  return kind === "chat" && parts.length === 2
    ? (parts[1] ?? "")
    : jobPrefix + Buffer.from(JSON.stringify(parts)).toString("base64url");
};

const jobParts = v.pipe(v.string(), v.parseJson(), v.array(v.string()));

/** The key of a turn's record; undefined for a name that no turn has. */
export const turnKeyOf = (appKey: string, turn: string): string | undefined => {
  if (!turn.startsWith(jobPrefix)) return JSON.stringify(["chat", appKey, turn]);
  const parts = v.safeParse(jobParts, Buffer.from(turn.slice(jobPrefix.length), "base64url").toString());
  return parts.success ? JSON.stringify([appKey, ...parts.output]) : undefined;
};

export interface StoriesTablePorts {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly apps: Pick<AppSecrets, "find">;
  /** See `StoryAttributesPorts`. */
  readonly days: number;
}

const dayMs = 24 * 60 * 60 * 1000;
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
export const makeStoriesTable = ({ client, tableName, clock, apps, days }: StoriesTablePorts): StoryStore => {
  const oldest = (): number => clock.now() - days * dayMs;

  const toStory = (appKey: string, item: Record<string, unknown>): TurnStory => {
    const { turn, storyAt, story, storyEnd } = parseRecord(record, item, "a story");
    return {
      ...story,
      integration: story.integration,
      appKey,
      turn: turnOf(turn),
      acceptedAt: storyAt,
      ending: storyEnd,
    };
  };

  const partition = async function* (
    { appKey, since, until }: StoryRange,
    shard: number,
    limit: number,
  ): AsyncGenerator<TurnStory> {
    const from = Math.max(since, oldest());
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
      for (const item of Items) yield toStory(appKey, item);
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
      const app = sealed === undefined ? undefined : await apps.find(appKey);
      if (sealed === undefined || !app) return story;
      const opened: unknown = JSON.parse(unseal(app.dataKeys, sealed, textContext(key)));
      return { ...story, text: v.parse(storyText, opened) };
    },
  };
};
