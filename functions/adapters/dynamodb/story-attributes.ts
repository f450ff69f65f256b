import { createHash } from "node:crypto";
import type { NativeAttributeValue } from "@aws-sdk/lib-dynamodb";
import { currentTrace } from "#adapters/node/trace.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import { seal } from "#adapters/secrets/key-cipher.ts";
import { type Clock, dayMs } from "#core/shared/clock.ts";
import type { StoryBeginning, StoryEnding } from "#core/turn/turn-story.ts";
import { ttlOf } from "./expiry.ts";

type Attributes = Readonly<Record<string, NativeAttributeValue>>;

/** The index of stories by app and time (docs/adr/0044). It has only records with these two keys. */
export const storyIndex = {
  name: "turnsOfApp",
  partitionKey: "storyOf",
  sortKey: "storyAt",
} as const;

/**
 * An app's stories are in as many partitions, since each takes a thousand writes a second. All of a user's are in one of
 * them. Never change it: stored stories would not be found.
 */
export const storyShards = 8;

/** By a plain hash: data keys change, and its three bits do not tell who the user is. */
export const shardOf = (userId: string): number =>
  createHash("sha256").update(userId).digest().readUInt8() % storyShards;

export const partitionOf = (appKey: string, shard: number): string => JSON.stringify([appKey, shard]);

/** What the text of a story is bound to. */
export const textContext = (turn: string) => ["story", turn] as const;

/** A part of an update that writes a story along with a turn's state. Nothing if the stage keeps none. */
export interface StoryUpdate {
  /** Follows a `SET` with other attributes. */
  readonly set: string;
  /** Follows a `REMOVE` with other attributes. */
  readonly remove: string;
  readonly values: Attributes;
}

const updateOf = (attributes: Attributes, removed: readonly string[] = []): StoryUpdate => ({
  set: Object.keys(attributes)
    .map((name) => `, ${name} = :${name}`)
    .join(""),
  remove: removed.map((name) => `, ${name}`).join(""),
  values: Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value])),
});

const noStory = updateOf({});

/** Turns stories into attributes of records of the turns table. */
export interface StoryAttributes {
  begin(beginning: StoryBeginning | undefined): StoryUpdate;
  end(key: { readonly appKey: string; readonly turn: string }, ending: StoryEnding | undefined): StoryUpdate;
  /** The TTL of a record: it outlives its story. */
  ttlOf(expiresAt: number): number;
}

/** For a stage that keeps no stories. */
export const noStories: StoryAttributes = { begin: () => noStory, end: () => noStory, ttlOf };

export interface StoryAttributesPorts {
  readonly apps: Pick<AppSecrets, "lastKnown">;
  readonly clock: Clock;
  /** How long stories are kept; 0: there are none. */
  readonly days: number;
}

export const makeStoryAttributes = ({ apps, clock, days }: StoryAttributesPorts): StoryAttributes => {
  if (days === 0) return noStories;
  return {
    begin: (beginning) => {
      if (!beginning) return noStory;
      const { appKey, acceptedAt, ...story } = beginning;
      const { requestId, traceId } = currentTrace() ?? {};
      const attributes = {
        [storyIndex.partitionKey]: partitionOf(appKey, shardOf(beginning.fromUserId)),
        [storyIndex.sortKey]: acceptedAt,
        story: { ...story, requestId, traceId },
      };
      return updateOf(attributes, ["storyEnd", "storyText"]);
    },
    end: ({ appKey, turn }, ending) => {
      if (!ending) return noStory;
      const { text, ...storyEnd } = ending;
      const app = text && apps.lastKnown(appKey);
      const storyText = app && seal(app.dataKeys, JSON.stringify(text), textContext(turn));
      return updateOf({ storyEnd, ...(storyText !== undefined && { storyText }) });
    },
    // From now on: a record is written at most minutes after its turn was accepted, or later.
    ttlOf: (expiresAt) => ttlOf(Math.max(expiresAt, clock.now() + days * dayMs)),
  };
};
