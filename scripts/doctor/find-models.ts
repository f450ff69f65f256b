import { Readable } from "node:stream";
import type { BotStore, BotWithKeys } from "#core/bot/bot.ts";
import { canAnswer, type ModelIntegrationWithKey } from "#core/bot/integration.ts";
import { explainAwsError, isAccessDenied } from "../command/explain-aws-error.ts";
import { type Finding, problem } from "./check.ts";

/** An integration of a bot with a model. */
export interface FoundModel {
  readonly appKey: string;
  readonly botUserId: string;
  readonly integration: ModelIntegrationWithKey;
}

export interface FoundModels {
  readonly models: readonly FoundModel[];
  /** Bots whose keys cannot be decrypted. */
  readonly unreadable: readonly Finding[];
  /** The number of bots that were not looked at. */
  readonly omitted: number;
}

export type ReadableBots = Pick<BotStore, "page" | "findWithKeys">;

/** Of each app. */
const maxBots = 100;
const readsAtOnce = 8;

const modelsOf = (appKey: string, { userId, integrations }: BotWithKeys): FoundModel[] =>
  integrations
    .filter(canAnswer)
    .filter(({ enabled }) => enabled)
    .map((integration) => ({ appKey, botUserId: userId, integration }));

/** Reads the enabled integrations of an app's first bots with their keys, which the API shows only masked. */
export const findModels = async (bots: ReadableBots, appKey: string): Promise<FoundModels> => {
  const page = await bots.page(appKey, 1, maxBots);
  const unreadable: Finding[] = [];

  const read = async ({ userId }: { userId: string }): Promise<FoundModel[]> => {
    try {
      const bot = await bots.findWithKeys(appKey, userId);
      return bot ? modelsOf(appKey, bot) : [];
    } catch (error) {
      if (isAccessDenied(error)) throw error;
      const toDo = "put its data key back, or send its API keys again (docs/deploy.md#change-a-data-key)";
      unreadable.push(problem(`${userId} of ${appKey} cannot be read: ${explainAwsError(error)}`, toDo));
      return [];
    }
  };

  const models: FoundModel[] = await Readable.from(page.bots)
    .flatMap(read, { concurrency: readsAtOnce })
    .toArray();
  return { models, unreadable, omitted: page.total - page.bots.length };
};
