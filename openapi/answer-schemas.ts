import * as v from "valibot";
import { truncationReasons } from "#core/answer/answer.ts";

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

export const turnId = v.pipe(
  v.string(),
  v.description("The ID of the turn, for the calls under `/turns/{turn}`."),
);
export const conversationName = v.pipe(
  v.nullable(v.string()),
  v.description("The name of the conversation; null for the user's IM conversation with the bot."),
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
