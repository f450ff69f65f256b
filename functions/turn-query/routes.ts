import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import type { SignedRoute } from "#adapters/api-gateway/signed-api.ts";
import { toTurnReply } from "#adapters/api-gateway/turn-reply.ts";
import type { Clock } from "#core/shared/clock.ts";
import type { PseudonymOf } from "#core/shared/pseudonym.ts";
import { isTurn, pageOfStories, type ReadStories, readStories } from "#core/turn/find-stories.ts";
import { makeFindTurn } from "#core/turn/find-turn.ts";
import type { StoryStore, StoryWithText } from "#core/turn/story-store.ts";
import { usageOf } from "#core/turn/story-usage.ts";
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
  const findTurn = makeFindTurn(stories);
  const toReply = (story: StoryWithText) => toTurnReply(story, pseudonymOf);

  return {
    "/v3/turn/query.json": async ({ appKey }, { body }) => {
      const { page, pageSize, userId: bot, ...asked } = parseJsonBody(turnQuerySchema, body);
      const filter = { ...asked, bot, ...rangeOf(appKey, asked) };
      const { stories: found, hasNext, ...read } = await pageOfStories(stories, filter, page, pageSize);
      return { turns: found.map(toReply), hasNext, ...completeness(read) };
    },
    "/v3/turn/get.json": async ({ appKey }, { body }) => {
      const asked = parseJsonBody(turnGetSchema, body);
      const { stories: found, ...read } = await findTurn({ ...asked, ...rangeOf(appKey, asked) });
      return { turns: found.map(toReply), ...completeness(read) };
    },
    "/v3/usage/query.json": async ({ appKey }, { body }) => {
      const { by, ...asked } = parseJsonBody(usageQuerySchema, body);
      const read = await readStories(stories, rangeOf(appKey, asked), isTurn);
      return { usage: usageOf(read.stories, by), ...completeness(read) };
    },
  };
};
