import * as v from "valibot";
import { type IntegrationGroup, integrationGroups } from "#adapters/bot-requests/integration-groups.ts";
import {
  integrationChanges,
  integrationType,
  newIntegration,
  sentIntegration,
} from "#adapters/bot-requests/integration-schema.ts";
import { requestOptions } from "#adapters/bot-requests/request-options.ts";
import { commonOptions, optionsByType } from "#core/bot/options.ts";
import {
  integrationIdSchema,
  integrationSchema,
  integrationUpdateSchema,
} from "../functions/bot-registry/integration-requests.ts";
import { testReply } from "../functions/integration-test/test-reply.ts";
import { testSchema } from "../functions/integration-test/test-schema.ts";
import type { NamedSchema, NamedSchemas } from "./named-schema.ts";

/** As deployed. JSON Schema cannot express the difference. */
export const rules = { allowPrivate: false };

export const addedIntegration = integrationSchema(rules);
export const integrationUpdate = integrationUpdateSchema(rules);
export const integrationTest = testSchema(rules);

const integration = newIntegration(rules);
const replacementIntegration = sentIntegration(rules);
const changes = integrationChanges(rules);

/** @throws Error if a name repeats: an API whose types differ in their options needs one `ModelApi` for each set of options. */
const withUniqueNames = (named: readonly (readonly [name: string, schema: NamedSchema])[]): NamedSchemas => {
  for (const [name, same] of Map.groupBy(named, ([each]) => each)) {
    if (same.length > 1) throw new Error(`${same.length} schemas are named ${name}`);
  }
  return Object.fromEntries(named);
};

interface Variant {
  readonly options: readonly (v.GenericSchema & { readonly entries: { readonly type: v.GenericSchema } })[];
}

/** The schema of each integration group, taken from the options of a variant. */
const schemasOf = (
  { options }: Variant,
  nameOf: (group: IntegrationGroup) => string,
  describe: (group: IntegrationGroup) => string,
): NamedSchemas =>
  withUniqueNames(
    integrationGroups.map((group) => {
      const schema = options.find(({ entries }) => v.is(entries.type, group.types[0]));
      if (!schema) throw new Error(`no schema of ${group.types[0]} integrations`);
      return [nameOf(group), { schema, description: describe(group) }];
    }),
  );

/** Groups with the same options schema share its name, which is that of the first group. */
const optionsSchemas = withUniqueNames(
  [...Map.groupBy(integrationGroups, ({ types }) => optionsByType[types[0]])].flatMap(([options, [group]]) =>
    options === commonOptions || group === undefined
      ? []
      : [
          [
            `${group.name}Options`,
            {
              schema: requestOptions(group.types[0]),
              description: `Options of ${group.name}Integration.`,
            },
          ],
        ],
  ),
);

export const integrationSchemas: NamedSchemas = {
  IntegrationType: {
    schema: integrationType,
    description: "What an integration calls: the app server's webhook, or the API of a model.",
  },
  IntegrationOptions: {
    schema: requestOptions("webhook"),
    description: "Options that every integration type accepts. All are optional.",
  },
  ...optionsSchemas,
  ...schemasOf(
    integration,
    ({ name }) => `${name}Integration`,
    ({ description }) => description,
  ),
  Integration: {
    schema: integration,
    description: "Forwards a bot's events to an app server, or answers messages through a model.",
  },
  ...schemasOf(
    replacementIntegration,
    ({ name }) => `Replacement${name}Integration`,
    ({ name }) => `Like ${name}Integration, but omitted options keep their stored values.`,
  ),
  ReplacementIntegration: {
    schema: replacementIntegration,
    description: "An integration in an array that replaces the stored one.",
  },
  NewIntegration: {
    schema: addedIntegration,
    description: "An integration, and the ID of the bot to add it to.",
  },
  ...schemasOf(
    changes,
    ({ name }) => `${name}IntegrationUpdate`,
    ({ name }) => `Like ${name}Integration, but omitted fields keep their stored values.`,
  ),
  IntegrationUpdate: {
    schema: integrationUpdate,
    description: "A bot's ID, the type of the integration to change, and at least one field to change.",
  },
  IntegrationId: { schema: integrationIdSchema, description: "Identifies one integration of a bot." },
  IntegrationTest: {
    schema: integrationTest,
    description: "A stored integration of a bot, by `userId` and `type`, or a draft in `integration`.",
  },
  IntegrationCheck: {
    schema: testReply.entries.checks.item,
    description: "One thing that a test looked at.",
  },
  DifyApp: { schema: testReply.entries.app.wrapped, description: "A Dify app as it describes itself." },
  DeclaredInput: {
    schema: testReply.entries.inputs.wrapped.item,
    description: "A variable that a Dify app declares, and what fills it.",
  },
};
