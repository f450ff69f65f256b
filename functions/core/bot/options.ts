import * as v from "valibot";
import { anyObject, listOf, oneOf, textOf, trueOrFalse, wholeNumber } from "#core/shared/rules.ts";
import type { IntegrationType } from "./integration-types.ts";
import { filterKinds } from "./keyword-filter.ts";

/** Whose conversation a group has with a model: each member's own, or one that all share. */
export const groupContexts = ["member", "group"] as const;

const maxFilterEntries = 32;
const keywords = listOf(textOf(1, 128), maxFilterEntries);
const patterns = v.pipe(
  listOf(textOf(1, 256), maxFilterEntries),
  v.description("Regular expressions in RE2 syntax, case-sensitive unless they begin with `(?i)`."),
);

const filter = v.pipe(
  anyObject(),
  v.strictObject(
    {
      contains: v.exactOptional(keywords),
      startsWith: v.exactOptional(keywords),
      endsWith: v.exactOptional(keywords),
      equals: v.exactOptional(keywords),
      matches: v.exactOptional(patterns),
    },
    `is no part of a filter, known are: ${filterKinds.join(", ")}`,
  ),
  v.check(
    (given) => Object.values(given).some((entries) => entries.length > 0),
    "must have an entry at least",
  ),
  v.description("Only messages whose text matches an entry trigger. Absent: every message triggers."),
);

/** Options of every type of integration. RongCloud has none of them. */
const common = {
  filter: v.exactOptional(filter),
  everyone: v.exactOptional(
    v.pipe(trueOrFalse, v.description("Whether a mention of everyone in a group triggers. Default: false.")),
  ),
  context: v.exactOptional(
    v.pipe(
      oneOf(groupContexts),
      v.description("In a group, each member has a context of their own, or all share one. Default: member."),
    ),
  ),
  slidingContext: v.exactOptional(
    v.pipe(
      trueOrFalse,
      v.description(
        "Whether each answer extends the context by 24 hours. Default: false, it ends 24 hours after the first answer.",
      ),
    ),
  ),
  showThinking: v.exactOptional(
    v.pipe(
      trueOrFalse,
      v.description(
        "Whether the user sees the model's reasoning, as a quote before the answer. Default: false.",
      ),
    ),
  ),
  typing: v.exactOptional(
    v.pipe(
      trueOrFalse,
      v.description(
        "Whether a user in a private chat sees that the bot is typing until the answer begins. Default: true.",
      ),
    ),
  ),
  errorText: v.exactOptional(
    v.pipe(
      textOf(1, 1024),
      v.description(
        "What the user reads when no answer could be given. Default: a sentence in English and Chinese.",
      ),
    ),
  ),
};

export const defaultHistoryMessages = 20;

const openai = {
  model: v.pipe(textOf(1, 128), v.description("The model's name, as the API knows it.")),
  systemPrompt: v.exactOptional(
    v.pipe(
      textOf(1, 16_384),
      v.description("Sent before the conversation, as the system message. Default: none."),
    ),
  ),
  historyMessages: v.exactOptional(
    v.pipe(
      wholeNumber(0, 50),
      v.description(
        `How many earlier messages of the conversation are sent with each question. A question is kept only with its answer, so an odd number counts as one less. At most 24 KB of text is kept. Default: ${defaultHistoryMessages}.`,
      ),
    ),
  ),
};

/** Strict: a misspelt option must not be taken for one that is off. */
const optionsOf = <E extends v.ObjectEntries>(entries: E) =>
  v.pipe(
    anyObject(),
    v.strictObject(entries, `is not an option, known are: ${Object.keys(entries).join(", ")}`),
  );

export const commonOptions = optionsOf(common);
const openaiOptions = optionsOf({ ...common, ...openai });

/** The options of each type. Requests, records, replies and the API's description are made from these schemas. */
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
