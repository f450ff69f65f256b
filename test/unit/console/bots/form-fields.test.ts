import { describe, expect, test } from "@jest/globals";
import * as v from "valibot";
import { newIntegration } from "#adapters/bot-requests/integration-schema.ts";
import { eventTypes } from "#core/bot/event-type.ts";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { limitEntries } from "#core/bot/limits.ts";
import { filterEntries, optionsByType } from "#core/bot/options.ts";
import { botFields } from "../../../../console/src/pages/bots/form/bot-draft.ts";
import { type Field, fieldsOf } from "../../../../console/src/pages/bots/form/field.ts";
import { integrationFields, sectionsOf } from "../../../../console/src/pages/bots/form/integration-fields.ts";
import { botSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { jsonSchemaOf } from "../../../../openapi/json-schema.ts";

const rules = { allowPrivate: false };

/** The paths of all fields, also within objects. */
const pathsOf = (fields: readonly Field[], prefix = ""): string[] =>
  fields.flatMap((field) => [
    prefix + field.name,
    ...(field.kind === "object" ? pathsOf(field.fields, `${prefix}${field.name}.`) : []),
  ]);

const shownOf = (type: (typeof integrationTypes)[number]): string[] =>
  [...sectionsOf(type).values()].flat().map(({ path }) => path.join("."));

const fieldAt = (fields: readonly Field[], [name, ...rest]: readonly string[]): Field | undefined => {
  const field = fields.find((each) => each.name === name);
  if (rest.length === 0) return field;
  return field?.kind === "object" ? fieldAt(field.fields, rest) : undefined;
};

describe("the form of an integration", () => {
  test.each(integrationTypes)("of the type %s has every option in a section", (type) => {
    const names = Object.keys(optionsByType[type].pipe[1].entries);
    expect(shownOf(type)).toEqual(expect.arrayContaining(names.map((name) => `options.${name}`)));
  });

  test.each(integrationTypes)("of the type %s has every field of a request in one section", (type) => {
    const variant = newIntegration(rules).options.find((each) => v.is(each.entries.type, type));
    const names = Object.keys(variant?.entries ?? {}).filter((name) => name !== "type" && name !== "options");
    const shown = shownOf(type).filter((path) => !path.startsWith("options."));
    expect(shown.toSorted()).toEqual(names.toSorted());
  });

  test("has each way to filter and each limit, for all users and for each", () => {
    const paths = pathsOf(integrationFields("dify_chat"));
    for (const kind of Object.keys(filterEntries)) expect(paths).toContain(`options.filter.${kind}`);
    for (const limit of Object.keys(limitEntries)) expect(paths).toContain(`options.limits.${limit}`);
    expect(paths).toContain("options.limits.perUser.turnsPerMinute");
  });

  test("offers each event once, by the name that is stored", () => {
    expect(fieldAt(integrationFields("webhook"), ["events"])).toMatchObject({ options: eventTypes });
  });

  test.each<[string, string[], Partial<Field>]>([
    ["text", ["callbackUrl"], { kind: "text", isRequired: true, isUrl: true, maxLength: 1024 }],
    ["switch", ["stream"], { kind: "boolean", isRequired: false, default: true }],
    ["number", ["options", "historyMessages"], { kind: "number", min: 0, max: 50, default: 20 }],
    ["choice", ["options", "context"], { kind: "choice", options: ["member", "group"], default: "member" }],
    ["list", ["options", "thinkingTags"], { kind: "list", maxEntries: 10, options: undefined }],
    ["required option", ["options", "model"], { kind: "text", isRequired: true }],
  ])("knows the bounds of a %s", (_, path, expected) => {
    expect(fieldAt(integrationFields("openai"), path)).toMatchObject(expected);
  });
});

describe("the form of a bot", () => {
  test("has every field of a request", () => {
    const names = Object.keys(botSchema(rules).entries).filter((name) => name !== "integrations");
    expect(botFields.map(({ name }) => name)).toEqual(names);
  });

  test("has metadata as pairs", () => {
    expect(fieldAt(botFields, ["metadata"])).toMatchObject({ kind: "pairs", maxPairs: 16 });
  });
});

describe("a schema that the form has no control for", () => {
  test.each([
    ["an array of objects", v.object({ tools: v.array(v.object({ name: v.string() })) })],
    ["null", v.object({ tools: v.null() })],
  ])("is refused: %s", (_, schema) => {
    expect(() => fieldsOf(jsonSchemaOf(schema))).toThrow(/^tools: no form field for/);
  });
});
