import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseJsonBody } from "#adapters/api-gateway/parse-body.ts";
import { fieldPath } from "#core/shared/field-path.ts";
import {
  type BotDraft,
  botFields,
  botRequest,
  emptyBot,
  newIntegrationDraft,
} from "../../../../console/src/pages/bots/form/bot-draft.ts";
import {
  type Draft,
  listOf,
  objectOf,
  pairsOf,
  setIn,
} from "../../../../console/src/pages/bots/form/draft.ts";
import { faultsOf, parseRefusal, shownFaults } from "../../../../console/src/pages/bots/form/faults.ts";
import type { Field } from "../../../../console/src/pages/bots/form/field.ts";
import { integrationFields } from "../../../../console/src/pages/bots/form/integration-fields.ts";
import { botSchema } from "../../../../functions/bot-registry/bot-schema.ts";
import { jsonOf, refusalOf } from "../../adapters/api-gateway/refusal.ts";
import { anyBot, validBot } from "./drafts.ts";

const rules = { isNew: true, allowPrivate: false };
const texts = { keyNeeded: (from: string, to: string) => `${from} to ${to}`, keyTwice: "twice" };

type Path = readonly (string | number)[];

/** Where the form shows faults: at its fields, the entries of its lists and its pairs. */
const placesOf = (fields: readonly Field[], draft: Draft, base: Path): Path[] =>
  fields.flatMap((field) => {
    const path = [...base, field.name];
    const value = objectOf(draft)[field.name];
    if (field.kind === "object") return [path, ...placesOf(field.fields, value, path)];
    if (field.kind === "list") return [path, ...listOf(value).map((_, at) => [...path, at])];
    if (field.kind === "pairs") return [path, ...pairsOf(value).map(([key]) => [...path, key])];
    return [path];
  });

const allPlaces = ({ fields, integrations }: BotDraft): string[] =>
  [
    ...placesOf(botFields, fields, []),
    ...integrations.flatMap(({ type, fields: own }, at) =>
      placesOf(integrationFields(type), own, ["integrations", at]),
    ),
  ].map(fieldPath);

/** The server's answer to what the form makes. */
const answerTo = (draft: BotDraft): string | undefined =>
  refusalOf(() => parseJsonBody(botSchema(rules), jsonOf(botRequest(draft))))?.errorMessage;

describe("the faults of a form", () => {
  test("are none of what the server accepts", () => {
    fc.assert(fc.property(validBot, (draft) => expect(faultsOf(draft, rules, texts).size).toBe(0)));
  });

  test("are all at a field of the form, whatever is typed", () => {
    fc.assert(
      fc.property(anyBot, (draft) => {
        const places = allPlaces(draft);
        for (const path of faultsOf(draft, rules, texts).keys()) expect(places).toContain(path);
      }),
    );
  });

  test("include the one that the server would answer with, at its field and in its words", () => {
    let refused = 0;
    fc.assert(
      fc.property(anyBot, (draft) => {
        const message = answerTo(draft);
        if (message === undefined) return;
        refused += 1;
        const faults = [...faultsOf(draft, rules, texts)];
        expect(faults.some(([path, rule]) => message.startsWith(`${path}: ${rule}`))).toBe(true);
      }),
    );
    expect(refused).toBeGreaterThan(0);
  });

  test("are of no key if another origin needs it again, until it is typed", () => {
    const draft = (apiKey: string): BotDraft => {
      const { type, fields } = newIntegrationDraft("dify_chat");
      const moved = setIn(fields, ["callbackUrl"], "https://dify.example.com/v1");
      const kept = { maskedKey: "app-****cdef", callbackUrl: "https://api.dify.ai/v1" };
      const integrations = [{ type, fields: setIn(moved, ["auth", "apiKey"], apiKey), kept }];
      return { fields: { userId: "bot-helpdesk" }, integrations };
    };
    const path = "integrations[0].auth.apiKey";
    const stored = { isNew: false, allowPrivate: false };
    expect(faultsOf(draft(""), stored, texts).get(path)).toBe(
      "https://api.dify.ai to https://dify.example.com",
    );
    expect(faultsOf(draft("app-new"), stored, texts).has(path)).toBe(false);
  });

  test("include a metadata key that is there twice, since the second value would silently win", () => {
    const metadata = [
      ["tone", "friendly"],
      ["tone", "formal"],
    ] as const;
    const draft = { ...emptyBot, fields: { ...emptyBot.fields, metadata } };
    expect(faultsOf(draft, rules, texts).get("metadata.tone")).toBe("twice");
  });

  test("allow private addresses in a local run only", () => {
    const { type, fields } = newIntegrationDraft("webhook");
    const integrations = [
      { type, fields: setIn(fields, ["callbackUrl"], "http://127.0.0.1:3000/x"), kept: undefined },
    ];
    const has = (allowPrivate: boolean) =>
      faultsOf({ ...emptyBot, integrations }, { isNew: true, allowPrivate }, texts).has(
        "integrations[0].callbackUrl",
      );
    expect([has(true), has(false)]).toEqual([false, true]);
  });
});

describe("the faults that are shown", () => {
  const faults = new Map([
    ["name", "must not be empty"],
    ["integrations[0].options.filter", "must have at least one entry"],
  ]);

  test.each<[string, string[], string[]]>([
    ["nothing before a field is edited", [], []],
    ["a field's own", ["name"], ["name"]],
    [
      "of the object that a field is in",
      ["integrations[0].options.filter.contains[0]"],
      ["integrations[0].options.filter"],
    ],
    ["of no field whose name only begins alike", ["names"], []],
  ])("%s", (_, edited, paths) => {
    expect([...shownFaults(faults, edited).keys()]).toEqual(paths);
  });
});

describe("a refusal of the server", () => {
  test.each([
    ['userId: a bot with this id already exists, got "bot-1"', "userId"],
    [
      "integrations[1].auth.apiKey: the masked key does not match the stored key; send the full key",
      "integrations[1].auth.apiKey",
    ],
    ['metadata.版本: must not be empty, got ""', "metadata.版本"],
    ['metadata."the tone: or mood": must not be empty, got ""', 'metadata."the tone: or mood"'],
    ["bot limit reached: 10 per app (setting botsPerApp)", ""],
    ["unexpected", ""],
  ])("%s is of the field %p", (message, path) => {
    const [found, rule] = parseRefusal(message);
    expect(found).toBe(path);
    expect(path === "" ? rule : `${path}: ${rule}`).toBe(message);
  });

  test("is of the field that it begins with, whatever its name", () => {
    const anyKeys = fc.array(fc.oneof(fc.nat(), fc.string({ unit: "binary" })), { minLength: 1 });
    fc.assert(
      fc.property(anyKeys, (keys) => {
        const path = fieldPath(["metadata", ...keys]);
        expect(parseRefusal(`${path}: must be "a": b`)).toEqual([path, 'must be "a": b']);
      }),
    );
  });
});
