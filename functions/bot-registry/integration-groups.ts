import {
  type IntegrationType,
  type ModelApi,
  type ModelType,
  modelApis,
  modelTypes,
} from "#core/bot/integration-types.ts";
import { optionsByType } from "#core/bot/options.ts";

/** Types that share their fields, and so one schema of each kind. */
export interface IntegrationGroup<T extends IntegrationType = IntegrationType> extends ModelApi {
  readonly types: readonly [T, ...T[]];
}

export const webhookGroup: IntegrationGroup<"webhook"> = {
  types: ["webhook"],
  name: "Webhook",
  description: "Sends a bot's events to an app server.",
  endpoints: [],
};

/** Model types by their API and their options. */
export const modelGroups: readonly IntegrationGroup<ModelType>[] = [
  ...Map.groupBy(modelTypes, (type) => modelApis[type]),
].flatMap(([api, types]) =>
  [...Map.groupBy(types, (type) => optionsByType[type]).values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [{ ...api, types: [first, ...rest] }],
  ),
);

export const integrationGroups: readonly IntegrationGroup[] = [webhookGroup, ...modelGroups];
