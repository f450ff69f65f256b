import { type ModelHistory, type Models, modelFor } from "#core/answer/model.ts";
import type { BotStore } from "#core/bot/bot.ts";
import { canAnswer, type ModelIntegrationWithKey } from "#core/bot/integration.ts";
import type { ModelType } from "#core/bot/integration-types.ts";

/** An integration of one of the app's bots. */
export interface BotModel {
  readonly bot: string;
  readonly type: ModelType;
}

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
  /** All integrations with a model. */
  readonly all: readonly BotModel[];
}

const sortKey = ({ bot, type }: BotModel): string => JSON.stringify([bot, type]);

/** Whether the first comes at or after the second in `AppModels.keeping`. */
export const isFrom = (model: BotModel, first: BotModel): boolean => sortKey(model) >= sortKey(first);

/** The models that may have data of an app's users, of disabled integrations too. */
export const findAppModels = async (
  { bots, models }: { readonly bots: Pick<BotStore, "ids" | "findWithKeys">; readonly models: Models },
  appKey: string,
): Promise<AppModels> => {
  const ids = [...(await bots.ids(appKey))];
  const found = await Promise.all(ids.map((id) => bots.findWithKeys(appKey, id)));
  const all = found
    .flatMap((bot) => bot?.integrations.filter(canAnswer).map((each) => ({ bot: bot.userId, each })) ?? [])
    .map(({ bot, each: integration }) => ({ bot, type: integration.type, integration }))
    .toSorted((one, other) => (sortKey(one) < sortKey(other) ? -1 : 1));
  const seen = new Set<string>();
  const keeping: KeepingModel[] = [];
  const unlisted: BotModel[] = [];
  for (const { bot, type, integration } of all) {
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
  return { keeping, unlisted, all: all.map(({ bot, type }) => ({ bot, type })) };
};
