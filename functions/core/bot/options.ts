import * as v from "valibot";
import { anyObject, arrayOf, integerBetween, oneOf, stringOf, trueOrFalse } from "#core/shared/rules.ts";
import { commandsSchema } from "./commands.ts";
import type { IntegrationType } from "./integration-types.ts";
import { type FilterKind, filterKinds } from "./keyword-filter.ts";
import { limitsSchema } from "./limits.ts";
import { mergeSchema } from "./merge-options.ts";

/** Conversations in a group: one per member, or one that all members share. */
export const groupContexts = ["member", "group"] as const;

// Each option has its default, its bounds and its description here: the OpenAPI document (`npm run openapi`) and
// docs/options.md (`npm run docs`) are generated from them. `default` documents what an omitted option means; options are
// stored as they were sent.

const maxFilterEntries = 32;
const keywords = arrayOf(stringOf(1, 128), maxFilterEntries);

export const filterEntries = {
  contains: v.exactOptional(v.pipe(keywords, v.description("Matches a text that contains the entry."))),
  startsWith: v.exactOptional(v.pipe(keywords, v.description("Matches a text that starts with the entry."))),
  endsWith: v.exactOptional(v.pipe(keywords, v.description("Matches a text that ends with the entry."))),
  equals: v.exactOptional(v.pipe(keywords, v.description("Matches a text that equals the entry."))),
  matches: v.exactOptional(
    v.pipe(
      arrayOf(stringOf(1, 256), maxFilterEntries),
      v.description(
        "Matches a text in which the regular expression (RE2 syntax) finds a match. Case-sensitive unless it begins with `(?i)`.",
      ),
    ),
  ),
} satisfies Record<FilterKind, v.GenericSchema>;

const filter = v.pipe(
  anyObject(),
  // Before the object schema: the OpenAPI document describes what comes in, and ends at the second schema of a pipe.
  v.description(
    "Only messages whose text matches at least one entry trigger the integration. If omitted, every message does.",
  ),
  v.strictObject(filterEntries, `is not a filter field; known fields: ${filterKinds.join(", ")}`),
  v.check(
    (kinds) => Object.values(kinds).some((entries) => entries.length > 0),
    "must have at least one entry",
  ),
);

/** Which messages trigger an integration. */
export const triggerOptions = {
  filter: v.exactOptional(filter),
  everyone: v.exactOptional(
    v.pipe(
      trueOrFalse,
      v.metadata({
        default: false,
        description: "Whether a message that mentions everyone in a group triggers the integration.",
      }),
    ),
  ),
};

/** The names of the tags that models and their servers put around reasoning. */
export const defaultThinkingTags: readonly string[] = ["think", "thinking", "thought", "reasoning"];

const tagName = v.pipe(
  stringOf(1, 32),
  v.regex(/^[A-Za-z][\w-]*$/, "must be a letter, followed by letters, digits, - or _"),
  v.title("tag name"),
);

/** How a model answers. Webhooks accept these too, but have no use for them. */
export const answerOptions = {
  context: v.exactOptional(
    v.pipe(
      oneOf(groupContexts),
      v.metadata({
        default: "member" satisfies (typeof groupContexts)[number],
        description:
          "In a group, whether each member has their own conversation with the bot (member), or all members share one (group).",
      }),
    ),
  ),
  slidingContext: v.exactOptional(
    v.pipe(
      trueOrFalse,
      v.metadata({
        default: false,
        description:
          "Whether each answer extends the conversation by 24 hours. If false, it ends 24 hours after its first answer.",
      }),
    ),
  ),
  showThinking: v.exactOptional(
    v.pipe(
      trueOrFalse,
      v.metadata({
        default: false,
        description: "Whether the user sees the model's reasoning, as a quote before the answer.",
      }),
    ),
  ),
  thinkingTags: v.exactOptional(
    v.pipe(
      arrayOf(tagName, 10),
      v.metadata({
        default: defaultThinkingTags,
        description:
          "Names of the tags around the model's reasoning, in any case. Replaces the default names. Marks of Dify 0.15, gpt-oss, Gemma and Kimi that are not such tags are always recognised.",
      }),
    ),
  ),
  typing: v.exactOptional(
    v.pipe(
      trueOrFalse,
      v.metadata({
        default: true,
        description: "Whether a user in a private chat sees that the bot is typing, until the answer begins.",
      }),
    ),
  ),
  busyNoticeSeconds: v.exactOptional(
    v.pipe(
      integerBetween(1, 600),
      v.description(
        "Seconds without an answer after which a user in the IM is told, once, that it takes longer. If omitted, they are not told.",
      ),
    ),
  ),
  errorText: v.exactOptional(
    v.pipe(
      stringOf(1, 1024),
      v.description(
        "Text that the user gets if the model cannot answer. If omitted, a message in English and Chinese.",
      ),
    ),
  ),
  commands: v.exactOptional(commandsSchema),
  merge: v.exactOptional(mergeSchema),
  limits: v.exactOptional(limitsSchema),
  limitText: v.exactOptional(
    v.pipe(
      stringOf(1, 1024),
      v.description(
        "Text that a user in the IM gets, once a minute or day, if a limit does not allow their question. If omitted, a message in English and Chinese.",
      ),
    ),
  ),
};

/** Options of all integration types. They are extensions: RongCloud's API has no options. */
const common = { ...triggerOptions, ...answerOptions };

export const defaultHistoryMessages = 20;

const openai = {
  model: v.pipe(stringOf(1, 128), v.description("Name of the model, as the API knows it.")),
  systemPrompt: v.exactOptional(
    v.pipe(
      stringOf(1, 16_384),
      v.description("System message, sent before the conversation. If omitted, none is sent."),
    ),
  ),
  historyMessages: v.exactOptional(
    v.pipe(
      integerBetween(0, 50),
      v.metadata({
        default: defaultHistoryMessages,
        description:
          "Maximum number of earlier messages of the conversation that are sent with each question. Questions are kept only together with their answers, so an odd number counts as one less. At most 24 KB of text is kept.",
      }),
    ),
  ),
};

/** Strict: a misspelt option is rejected, so that it is not mistaken for one that is off. */
const optionsOf = <E extends v.ObjectEntries>(entries: E) =>
  v.pipe(
    anyObject(),
    v.strictObject(entries, `is not an option; known options: ${Object.keys(entries).join(", ")}`),
  );

export const commonOptions = optionsOf(common);
const openaiOptions = optionsOf({ ...common, ...openai });

/** The options of each type. Requests, records, replies and the OpenAPI description derive from these schemas. */
export const optionsByType = {
  webhook: commonOptions,
  dify_chat: commonOptions,
  dify_completion: commonOptions,
  dify_chatflow: commonOptions,
  dify_agent: commonOptions,
  dify_workflow: commonOptions,
  openai: openaiOptions,
} satisfies Record<IntegrationType, v.GenericSchema>;

export type OptionsOf<T extends IntegrationType> = v.InferOutput<(typeof optionsByType)[T]>;

/** The options that every type has. */
export type IntegrationOptions = v.InferOutput<typeof commonOptions>;
