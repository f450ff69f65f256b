import {
  type IntegrationType,
  type ModelApi,
  type ModelType,
  modelApis,
  modelTypes,
} from "#core/bot/integration-types.ts";
import { optionsByType } from "#core/bot/options.ts";

/** Types with the same fields, which share their schemas. */
export interface IntegrationGroup<T extends IntegrationType = IntegrationType> extends ModelApi {
  readonly types: readonly [T, ...T[]];
}

export const webhookGroup: IntegrationGroup<"webhook"> = {
  types: ["webhook"],
  name: "Webhook",
  description: "Sends a bot's events to an app server.",
  endpoints: [],
};

/** Model types, grouped by their API and options. */
export const modelGroups: readonly IntegrationGroup<ModelType>[] = [
  ...Map.groupBy(modelTypes, (type) => modelApis[type]),
].flatMap(([api, types]) =>
  [...Map.groupBy(types, (type) => optionsByType[type]).values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [{ ...api, types: [first, ...rest] }],
  ),
);

export const integrationGroups: readonly IntegrationGroup[] = [webhookGroup, ...modelGroups];
