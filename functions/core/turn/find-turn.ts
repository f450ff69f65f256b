import { callerError } from "#core/shared/errors.ts";
import { matchesFilter, maxReadStories, type ReadStories, readStories, withTexts } from "./find-stories.ts";
import type { StoryRange, StoryStore, StoryWithText } from "./story-store.ts";
import type { TurnStory } from "./turn-story.ts";

/** One of the ids, and for others than `turn` the range that is read. */
export interface TurnQuery extends StoryRange {
  readonly turn?: string | undefined;
  readonly msgUID?: string | undefined;
  /** The model's id of the answer. */
  readonly messageId?: string | undefined;
  readonly requestId?: string | undefined;
}

export interface FoundTurns extends Pick<ReadStories, "continueUntil"> {
  readonly stories: readonly StoryWithText[];
}

/**
 * The turns that have an id. @throws BridgeError `not_found` if there is none. Without a turn's own id, the result may be empty as
 * long as it has `continueUntil`.
 */
export type FindTurn = (query: TurnQuery) => Promise<FoundTurns>;

/** Several bots may answer one message, and one request may send several: after so many, the next call goes on. */
const maxFound = 100;

const hasId =
  ({ msgUID, messageId, requestId, fromUserId }: TurnQuery) =>
  (story: TurnStory): boolean =>
    matchesFilter(story, { fromUserId }) &&
    (msgUID === undefined || story.msgUID === msgUID) &&
    (messageId === undefined || story.ending?.ids?.message === messageId) &&
    (requestId === undefined || story.requestId === requestId);

export const makeFindTurn =
  (store: StoryStore): FindTurn =>
  async (query) => {
    const { appKey, turn } = query;
    if (turn !== undefined) {
      const story = await store.find(appKey, turn);
      if (!story) throw callerError("not_found", "turn: there is no such turn");
      return { stories: [story] };
    }
    const { stories, continueUntil } = await readStories(store, query, hasId(query), {
      isFull: (read, found) => read >= maxReadStories || found >= maxFound,
    });
    if (stories.length === 0 && continueUntil === undefined)
      throw callerError("not_found", "there is no such turn");
    return { stories: await withTexts(store, appKey, stories), continueUntil };
  };
