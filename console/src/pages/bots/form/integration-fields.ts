import { newIntegration } from "#adapters/bot-requests/integration-schema.ts";
import { isEventAlias } from "#adapters/rongcloud/message-fields.ts";
import { type IntegrationType, integrationTypes } from "#core/bot/integration-types.ts";
import { answerOptions, triggerOptions } from "#core/bot/options.ts";
import { jsonSchemaOf } from "../../../../../openapi/json-schema.ts";
import { type Field, fieldsOf } from "./field.ts";

/** What an integration's form does not show as a field: its type, which is chosen when it is added. */
const type = "type";

// Private addresses are refused by a check, which says nothing about the fields.
const { oneOf: groups = [] } = jsonSchemaOf(newIntegration({ allowPrivate: true }));

const isOfType = (group: (typeof groups)[number], wanted: IntegrationType): boolean => {
  const schema = typeof group === "object" ? group.properties?.[type] : undefined;
  return typeof schema === "object" && (schema.const === wanted || schema.enum?.includes(wanted) === true);
};

/** A stored integration has the names of events, not the aliases that requests may use. */
const withoutAliases = (field: Field): Field =>
  field.kind === "list" && field.options
    ? { ...field, options: field.options.filter((name) => !isEventAlias(name)) }
    : field;

const fieldsOfGroup = (wanted: IntegrationType): readonly Field[] => {
  const group = groups.find((each) => isOfType(each, wanted));
  if (typeof group !== "object") throw new Error(`no schema for integrations of the type ${wanted}`);
  return fieldsOf(group, [type]).map(withoutAliases);
};

const fieldsByType = new Map(integrationTypes.map((each) => [each, fieldsOfGroup(each)]));

/** The fields of an integration in a request, without its type. */
export const integrationFields = (wanted: IntegrationType): readonly Field[] =>
  fieldsByType.get(wanted) ?? [];

/** A field, and where its value is in an integration. */
export interface PlacedField {
  readonly field: Field;
  readonly path: readonly string[];
}

export type SectionName = "connection" | "triggers" | "answers" | "limits";

const triggerNames = new Set(["objectNames", "events", ...Object.keys(triggerOptions)]);
const answerNames = new Set(Object.keys(answerOptions));
const limitNames = new Set(["limits", "limitText"]);
const connectionNames = new Set(["enabled", "callbackUrl", "auth"]);

const sectionOf = ({ field: { name }, path }: PlacedField): SectionName => {
  if (triggerNames.has(name)) return "triggers";
  if (limitNames.has(name)) return "limits";
  // The options that only this type has, such as the name of a model.
  const isOwnOption = path.length > 1 && !answerNames.has(name);
  return isOwnOption || connectionNames.has(name) ? "connection" : "answers";
};

const placed = (fields: readonly Field[]): readonly PlacedField[] =>
  fields.flatMap((field) =>
    field.name === "options" && field.kind === "object"
      ? field.fields.map((option) => ({ field: option, path: [field.name, option.name] }))
      : [{ field, path: [field.name] }],
  );

/** The fields of every type come first, then the options, and switches after what is typed. */
const orderOf = ({ field, path }: PlacedField): number =>
  field.kind === "boolean" ? 2 : Number(path.length > 1);
const inOrder = (a: PlacedField, b: PlacedField): number => orderOf(a) - orderOf(b);

/** The fields of a type by what they are about. */
export const sectionsOf = (wanted: IntegrationType): ReadonlyMap<SectionName, readonly PlacedField[]> =>
  Map.groupBy(placed(integrationFields(wanted)).toSorted(inOrder), sectionOf);
