import { callerError } from "#core/shared/errors.ts";
import type { StoryRange, StoryStore, StoryWithText } from "./story-store.ts";
import { outcomeOf, type StoryOutcome, type TurnStory } from "./turn-story.ts";

export interface StoryFilter extends StoryRange {
  readonly bot?: string | undefined;
  readonly conversation?: string | undefined;
  readonly outcome?: StoryOutcome | undefined;
}

/** What one call has read, newest first. */
export interface ReadStories {
  readonly stories: readonly TurnStory[];
  /** The call read as much as one call may: what was accepted before this time was not read. */
  readonly continueUntil?: number | undefined;
}

/** How many stories one call reads, wanted or not: about 10 MB. Those of the same millisecond are read together. */
export const maxReadStories = 10_000;
/** Maximum number of stories that pages cover: each page reads again from the newest. */
const maxPagedStories = 1_000;

/** A client's name, or the group. */
export const conversationNameOf = ({
  channelType,
  targetId,
  conversation,
}: Pick<TurnStory, "channelType" | "targetId" | "conversation">): string | undefined =>
  channelType === "GROUP" ? targetId : conversation;

/** A check of a paused answer is not a turn of its own. */
export const isTurn = ({ isCheck }: TurnStory): boolean => !isCheck;

export const matchesFilter = (
  story: TurnStory,
  { bot, fromUserId, conversation, outcome }: Omit<StoryFilter, keyof StoryRange> & Partial<StoryRange>,
): boolean =>
  isTurn(story) &&
  (bot === undefined || story.bot === bot) &&
  (fromUserId === undefined || story.fromUserId === fromUserId) &&
  (conversation === undefined || conversation === conversationNameOf(story)) &&
  (outcome === undefined || outcomeOf(story) === outcome);

export interface StoryReadLimits {
  /** How many stories are needed at most. */
  readonly wanted?: number;
  /** Whether the call has read as much as one call may, by the number of stories that it read and found. */
  readonly isFull?: (read: number, found: number) => boolean;
}

/** Reads stories that are wanted, newest first, until there are enough or the call has read as much as one call may. */
export const readStories = async (
  store: Pick<StoryStore, "newestFirst">,
  range: StoryRange,
  isWanted: (story: TurnStory) => boolean,
  { wanted = Number.POSITIVE_INFINITY, isFull = (read) => read >= maxReadStories }: StoryReadLimits = {},
): Promise<ReadStories> => {
  const stories: TurnStory[] = [];
  let read = 0;
  let last: number | undefined;
  for await (const story of store.newestFirst(range, wanted)) {
    // Between two times, so that the next call repeats none and leaves none out.
    if (last !== undefined && story.acceptedAt !== last && isFull(read, stories.length))
      return { stories, continueUntil: last };
    read += 1;
    last = story.acceptedAt;
    if (isWanted(story)) stories.push(story);
    if (stories.length >= wanted) break;
  }
  return { stories };
};

/** The stories with their texts, which the index does not have. */
export const withTexts = (
  store: Pick<StoryStore, "find">,
  appKey: string,
  stories: readonly TurnStory[],
): Promise<StoryWithText[]> =>
  Promise.all(stories.map(async (story) => (await store.find(appKey, story.turn)) ?? story));

export interface StoryPage extends ReadStories {
  readonly hasNext: boolean;
}

/** A page of the stories that fit. @throws BridgeError `bad_parameter` for a page that is too far. */
export const pageOfStories = async (
  store: Pick<StoryStore, "newestFirst">,
  filter: StoryFilter,
  page: number,
  pageSize: number,
): Promise<StoryPage> => {
  const end = page * pageSize;
  if (end > maxPagedStories) {
    throw callerError(
      "bad_parameter",
      `page: page times pageSize must be at most ${maxPagedStories}; ask for turns until an earlier time, got ${page} times ${pageSize}`,
    );
  }
  const { stories, continueUntil } = await readStories(
    store,
    filter,
    (story) => matchesFilter(story, filter),
    { wanted: end + 1 },
  );
  return { stories: stories.slice(end - pageSize, end), hasNext: stories.length > end, continueUntil };
};
