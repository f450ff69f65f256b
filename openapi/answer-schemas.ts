import * as v from "valibot";
import { truncationReasons } from "#core/answer/answer.ts";
import { answerFileKinds } from "#core/answer/answer-facts.ts";
import type { FormField } from "#core/answer/pause.ts";

const tokens = (description: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(0), v.description(description));

export const usage = v.object({
  promptTokens: v.exactOptional(tokens("Tokens of the question and its context.")),
  completionTokens: v.exactOptional(tokens("Tokens of the answer.")),
  totalTokens: tokens("Tokens of the question and the answer together."),
  totalPrice: v.exactOptional(
    v.pipe(v.string(), v.description("A decimal number as a string, as the model's server returns it.")),
  ),
  currency: v.exactOptional(
    v.pipe(v.string(), v.description("The currency of `totalPrice`, such as `USD`.")),
  ),
});

export const source = v.object({
  dataset: v.exactOptional(v.pipe(v.string(), v.description("The name of the knowledge base."))),
  document: v.exactOptional(v.pipe(v.string(), v.description("The name of the document."))),
  content: v.exactOptional(v.pipe(v.string(), v.description("The passage."))),
  score: v.exactOptional(
    v.pipe(v.number(), v.description("The relevance that the model's server gave the passage.")),
  ),
});

export const answerFile = v.object({
  type: v.pipe(v.picklist(answerFileKinds), v.description("What the file can be shown as.")),
  url: v.pipe(v.string(), v.description("Where the file is. Links to files of Dify expire after minutes.")),
  name: v.pipe(v.nullable(v.string()), v.description("The name of the file; null if it has none.")),
});

const fieldName = v.pipe(v.string(), v.description("The name of the field, as `inputs` has it."));

export const turnId = v.pipe(
  v.string(),
  v.description("The ID of the turn, for the calls under `/turns/{turn}`."),
);
export const conversationName = v.pipe(
  v.nullable(v.string()),
  v.description("The name of the conversation; null for the user's IM conversation with the bot."),
);

const fieldType = <const Type extends FormField["type"]>(type: Type) =>
  v.pipe(v.literal(type), v.description("What the user may enter."));

export const formFields = {
  text: v.object({
    type: fieldType("text"),
    name: fieldName,
    default: v.pipe(v.string(), v.description("The value to suggest; may be empty.")),
  }),
  choice: v.object({
    type: fieldType("choice"),
    name: fieldName,
    choices: v.pipe(v.array(v.string()), v.description("The values to choose from.")),
  }),
  file: v.object({ type: fieldType("file"), name: fieldName }),
  files: v.object({
    type: fieldType("files"),
    name: fieldName,
    maxFiles: v.pipe(v.number(), v.description("The maximum number of files; none is allowed too.")),
  }),
};

export const formField = v.variant("type", [
  formFields.text,
  formFields.choice,
  formFields.file,
  formFields.files,
]);

const form = v.pipe(
  v.object({
    id: v.pipe(v.string(), v.description("The ID of the form.")),
    text: v.pipe(
      v.string(),
      v.description("What the user is asked, as Markdown. Fields are `[name]` or `[name: choice / choice]`."),
    ),
    fields: v.pipe(v.array(formField), v.description("The fields. Each needs a value.")),
    actions: v.pipe(
      v.array(
        v.object({
          id: v.pipe(v.string(), v.description("The value to send.")),
          title: v.pipe(v.string(), v.description("The text of the button.")),
        }),
      ),
      v.description("The buttons below the form."),
    ),
    expiresAt: v.exactOptional(
      v.pipe(
        v.number(),
        v.description("When the form can no longer be filled in, in milliseconds since the epoch."),
      ),
    ),
  }),
  v.description(
    "Present if the user may fill in the form that the app waits for, with `POST …/turns/{turn}/input` or by further questions.",
  ),
);

/** The fields of a complete answer in addition to its text. */
export const completion = {
  stopped: v.pipe(v.boolean(), v.description("Whether the user stopped the answer before it was complete.")),
  paused: v.exactOptional(
    v.pipe(
      v.literal(true),
      v.description("Present if the Dify app waits for a person's decision; the answer continues after it."),
    ),
  ),
  form: v.exactOptional(form),
  prompt: v.exactOptional(
    v.pipe(
      v.string(),
      v.description("Present with `form`: asks the user for the next value or the action, as Markdown."),
    ),
  ),
  truncated: v.exactOptional(
    v.pipe(
      v.picklist(truncationReasons),
      v.description("Present if the model ended early: at its length limit or because of a content filter."),
    ),
  ),
  usage: v.pipe(v.nullable(usage), v.description("Null if the model's server reports no usage.")),
  sources: v.pipe(
    v.array(source),
    v.description("Passages of knowledge bases that the answer is based on; empty if there are none."),
  ),
};
