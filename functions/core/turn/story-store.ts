import type { StoryText, TurnStory } from "./turn-story.ts";

/** Which stories are read. Times are in milliseconds since the epoch. */
export interface StoryRange {
  readonly appKey: string;
  /** Undefined: of all users of the app. */
  readonly fromUserId?: string | undefined;
  readonly since: number;
  /** Not included. */
  readonly until: number;
  /** Whether stories past their time are read too, as long as their records exist; default false. */
  readonly withExpired?: boolean | undefined;
}

export type StoryWithText = TurnStory & { readonly text?: StoryText | undefined };

export interface StoryStore {
  /** At least the stories of the range, newest first: those of other users may be among them. `atOnce`: about how many are needed. */
  newestFirst(range: StoryRange, atOnce: number): AsyncIterable<TurnStory>;
  /** One story with its texts, if the app keeps them; undefined if the app has no such turn, or its story has expired. */
  find(appKey: string, turn: string): Promise<StoryWithText | undefined>;
}
