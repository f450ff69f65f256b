import fc from "fast-check";
import { integrationTypes } from "#core/bot/integration-types.ts";
import { textMessageTypes } from "#core/message/message-text.ts";
import {
  type BotDraft,
  botFields,
  type IntegrationDraft,
} from "../../../../console/src/pages/bots/form/bot-draft.ts";
import type { Draft, DraftObject } from "../../../../console/src/pages/bots/form/draft.ts";
import type { Field } from "../../../../console/src/pages/bots/form/field.ts";
import { integrationFields } from "../../../../console/src/pages/bots/form/integration-fields.ts";

/** A name, a tag, a regular expression and a key: what every field without a rule of its own accepts. */
const word = fc.stringMatching(/^[A-Za-z][\w-]{0,15}$/);
const url = fc.constantFrom(
  "https://api.dify.ai/v1",
  "https://example.com/bot.png",
  "https://yourserver.com:8443/x",
);

/** Each word once, and the text that words for help need. */
const commands = fc
  .uniqueArray(word, { selector: (each) => each.toLowerCase(), minLength: 1, maxLength: 4 })
  .chain((words) =>
    fc.record({
      stop: fc.constant(words.slice(0, 1)),
      reset: fc.constant(words.slice(1, 2)),
      help: fc.constant(words.slice(2)),
      helpText: word,
    }),
  );

/** Values that a check compares with each other: a filter needs a message that has a text. */
const compared: Readonly<Record<string, fc.Arbitrary<Draft>>> = {
  events: fc.constantFrom([], ["message:private"], ["message:group_mentioned", "group:bot_join"]),
  objectNames: fc.subarray([...textMessageTypes]),
  commands,
};

const orOmitted = ({ isRequired }: Field, given: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> =>
  isRequired ? given : fc.option(given, { nil: undefined });

const validValue = (field: Field): fc.Arbitrary<Draft> => {
  switch (field.kind) {
    case "text":
      return field.isUrl ? url : word;
    case "number":
      return fc.integer({ min: field.min ?? 0, max: field.max ?? 9 }).map(String);
    case "boolean":
      return fc.boolean();
    case "choice":
      return fc.constantFrom(...field.options);
    case "list":
      return compared[field.name] ?? fc.array(word, { maxLength: 3 });
    case "pairs":
      return fc.uniqueArray(fc.tuple(word, word), { selector: ([key]) => key, maxLength: 3 });
    case "object":
      return compared[field.name] ?? validDraft(field.fields);
  }
};

export const validDraft = (fields: readonly Field[]): fc.Arbitrary<DraftObject> =>
  fc.record(Object.fromEntries(fields.map((field) => [field.name, orOmitted(field, validValue(field))])));

const text = fc.oneof(
  word,
  fc.string(),
  fc.constantFrom("", "(", "12", "-3", "1e9", "https://10.0.0.1/", "\ud800"),
);

const anyValue = (field: Field): fc.Arbitrary<Draft> => {
  switch (field.kind) {
    case "text":
    case "number":
      return text;
    case "boolean":
      return fc.boolean();
    case "choice":
      return fc.constantFrom(...field.options);
    case "list":
      return field.options ? fc.subarray([...field.options]) : fc.array(text, { maxLength: 3 });
    case "pairs":
      return fc.array(fc.tuple(text, text), { maxLength: 3 });
    case "object":
      return anyDraft(field.fields);
  }
};

/** Whatever somebody may type. */
const anyDraft = (fields: readonly Field[]): fc.Arbitrary<DraftObject> =>
  fc.record(
    Object.fromEntries(fields.map((field) => [field.name, fc.option(anyValue(field), { nil: undefined })])),
  );

type DraftOf = (fields: readonly Field[]) => fc.Arbitrary<DraftObject>;

const integrationsOf = (draftOf: DraftOf): fc.Arbitrary<readonly IntegrationDraft[]> =>
  fc
    .subarray([...integrationTypes])
    .chain((types) =>
      fc.tuple(
        ...types.map((type) =>
          draftOf(integrationFields(type)).map((fields) => ({ type, fields, kept: undefined })),
        ),
      ),
    );

const botOf = (draftOf: DraftOf): fc.Arbitrary<BotDraft> =>
  fc.record({ fields: draftOf(botFields), integrations: integrationsOf(draftOf) });

/** Without the options of models, which are refused for a webhook. */
const withoutModelOptions = (draft: BotDraft): BotDraft => ({
  ...draft,
  integrations: draft.integrations.map((each) =>
    each.type === "webhook"
      ? {
          ...each,
          fields: {
            ...each.fields,
            options: {
              ...Object(each.fields.options),
              commands: undefined,
              merge: undefined,
              limits: undefined,
            },
          },
        }
      : each,
  ),
});

export const validBot = botOf(validDraft).map(withoutModelOptions);
export const anyBot = botOf(anyDraft);
