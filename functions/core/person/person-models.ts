import { type ModelHistory, type Models, modelFor } from "#core/answer/model.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { canAnswer, type ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { ModelType } from "#core/bot/integration-types.ts";
import { BridgeError, type ErrorCode } from "#core/shared/errors.ts";

/** An integration of one of the app's bots. */
export interface BotModel {
  readonly bot: string;
  readonly type: ModelType;
}

/** A model's server that could not be asked, or failed to export or erase. */
export interface FailedModel extends BotModel {
  readonly code: ErrorCode;
}

export const failedModel = ({ bot, type }: BotModel, error: unknown): FailedModel => {
  if (error instanceof BridgeError) return { bot, type, code: error.code };
  throw error;
};

/** An integration whose model's server keeps conversations. */
export interface KeepingModel extends BotModel {
  readonly integration: ModelIntegrationWithKey;
  readonly history: ModelHistory;
}

export interface AppModels {
  /** Each app of a model's server once, although several bots may use it; in a fixed order. */
  readonly keeping: readonly KeepingModel[];
  /** Their server keeps answers, and does not list or delete them. */
  readonly unlisted: readonly BotModel[];
  /** Their API keys cannot be decrypted. */
  readonly unreadable: readonly FailedModel[];
  /** All integrations with a model. */
  readonly all: readonly BotModel[];
}

const sortKey = ({ bot, type }: BotModel): string => JSON.stringify([bot, type]);

/** Whether the first comes at or after the second in `AppModels.keeping`. */
export const isFrom = (model: BotModel, first: BotModel): boolean => sortKey(model) >= sortKey(first);

export interface AppModelsPorts {
  readonly bots: Pick<BotStore, "ids" | "find" | "findWithKeys">;
  readonly models: Models;
}

/** The models that may have data of an app's users, of disabled integrations too. */
export const findAppModels = async ({ bots, models }: AppModelsPorts, appKey: string): Promise<AppModels> => {
  const unreadable: FailedModel[] = [];
  const integrationsOf = async (id: string) => {
    try {
      return (await bots.findWithKeys(appKey, id))?.integrations.filter(canAnswer) ?? [];
    } catch (error) {
      const [bot] = await bots.find(appKey, [id]);
      const own = bot?.integrations.filter(canAnswer) ?? [];
      unreadable.push(...own.map(({ type }) => failedModel({ bot: id, type }, error)));
      return [];
    }
  };
  const ids = [...(await bots.ids(appKey))];
  const found = await Promise.all(
    ids.map(async (bot) => (await integrationsOf(bot)).map((integration) => ({ bot, integration }))),
  );
  const readable = found
    .flat()
    .map(({ bot, integration }) => ({ bot, type: integration.type, integration }))
    .toSorted((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
  const seen = new Set<string>();
  const keeping: KeepingModel[] = [];
  const unlisted: BotModel[] = [];
  for (const { bot, type, integration } of readable) {
    const { history } = modelFor(models, integration);
    if (!history) continue;
    if (!history.lists.includes(type)) {
      unlisted.push({ bot, type });
      continue;
    }
    const server = JSON.stringify([integration.callbackUrl, integration.apiKey]);
    if (!seen.has(server)) keeping.push({ bot, type, integration, history });
    seen.add(server);
  }
  const all = [...readable, ...unreadable].map(({ bot, type }) => ({ bot, type }));
  return { keeping, unlisted, unreadable, all };
};
