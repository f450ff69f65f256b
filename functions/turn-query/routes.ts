import type * as v from "valibot";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import { toTurnReply } from "#adapters/api-gateway/turn-reply.ts";
import type { Clock } from "#core/shared/clock.ts";
import { callerError } from "#core/shared/errors.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import {
  isTurn,
  matchesFilter,
  maxReadStories,
  pageOfStories,
  type ReadStories,
  readStories,
  withTexts,
} from "#core/turn/find-stories.ts";
import type { StoryStore, StoryWithText } from "#core/turn/story-store.ts";
import { usageOf } from "#core/turn/story-usage.ts";
import type { TurnStory } from "#core/turn/turn-story.ts";
import { turnGetSchema, turnQuerySchema, usageQuerySchema } from "./query-schema.ts";

export interface TurnQueryPorts {
  readonly stories: StoryStore;
  readonly clock: Clock;
  readonly pseudonymOf: PseudonymOf;
}

/** Clocks differ: a turn that another machine has just accepted is not in the future. */
const clockSkewMs = 60_000;

const completeness = ({ continueUntil }: Pick<ReadStories, "continueUntil">) => ({
  isComplete: continueUntil === undefined,
  continueUntil,
});

type Asked = v.InferOutput<typeof turnGetSchema>;

const hasId =
  ({ msgUID, messageId, requestId, fromUserId }: Asked) =>
  (story: TurnStory): boolean =>
    matchesFilter(story, { fromUserId }) &&
    (msgUID === undefined || story.msgUID === msgUID) &&
    (messageId === undefined || story.ending?.ids?.message === messageId) &&
    (requestId === undefined || story.requestId === requestId);

/** Several bots may answer one message, and one request may send several: after so many, the next call goes on. */
const maxFound = 100;

/** What became of turns (docs/api.md). */
export const makeTurnQueryRoutes = ({
  stories,
  clock,
  pseudonymOf,
}: TurnQueryPorts): Record<string, SignedRoute> => {
  const rangeOf = (
    appKey: string,
    {
      since = 0,
      until = clock.now() + clockSkewMs,
    }: { since?: number | undefined; until?: number | undefined },
  ) => ({ appKey, since, until });
  const toReply = (story: StoryWithText) => toTurnReply(story, pseudonymOf);

  const findByTurn = async (appKey: string, turn: string): Promise<StoryWithText[]> => {
    const story = await stories.find(appKey, turn);
    if (!story) throw callerError("not_found", "turn: there is no such turn");
    return [story];
  };

  return {
    "/v3/turn/query.json": async ({ appKey }, { body }) => {
      const { page, pageSize, userId: bot, ...asked } = parseJsonBody(turnQuerySchema, body);
      const filter = { ...asked, bot, ...rangeOf(appKey, asked) };
      const { stories: found, hasNext, ...read } = await pageOfStories(stories, filter, page, pageSize);
      return { turns: found.map(toReply), hasNext, ...completeness(read) };
    },
    "/v3/turn/get.json": async ({ appKey }, { body }) => {
      const asked = parseJsonBody(turnGetSchema, body);
      if (asked.turn !== undefined)
        return { turns: (await findByTurn(appKey, asked.turn)).map(toReply), isComplete: true };
      const range = { ...rangeOf(appKey, asked), fromUserId: asked.fromUserId };
      const read = await readStories(stories, range, hasId(asked), {
        isFull: (count, found) => count >= maxReadStories || found >= maxFound,
      });
      if (read.stories.length === 0 && read.continueUntil === undefined)
        throw callerError("not_found", "there is no such turn");
      const found = await withTexts(stories, appKey, read.stories);
      return { turns: found.map(toReply), ...completeness(read) };
    },
    "/v3/usage/query.json": async ({ appKey }, { body }) => {
      const { by, ...asked } = parseJsonBody(usageQuerySchema, body);
      const read = await readStories(stories, rangeOf(appKey, asked), isTurn);
      return { usage: usageOf(read.stories, by), ...completeness(read) };
    },
  };
};
