import * as v from "valibot";
import { lenient, lenientList } from "#adapters/model-api/lenient.ts";
import type { AnswerFacts } from "#core/answer/answer-facts.ts";

const shortText = v.pipe(v.string(), v.maxLength(64));

const usage = v.pipe(
  v.object({
    prompt_tokens: v.number(),
    completion_tokens: v.number(),
    total_tokens: v.number(),
    // A decimal string (A8-13).
    total_price: lenient(shortText),
    currency: lenient(shortText),
  }),
  v.transform((raw) => ({
    promptTokens: raw.prompt_tokens,
    completionTokens: raw.completion_tokens,
    totalTokens: raw.total_tokens,
    totalPrice: raw.total_price,
    currency: raw.currency,
  })),
);

const source = v.pipe(
  v.object({
    dataset_name: lenient(v.string()),
    document_name: lenient(v.string()),
    content: lenient(v.string()),
    score: lenient(v.number()),
  }),
  v.transform(({ dataset_name, document_name, content, score }) => ({
    dataset: dataset_name,
    document: document_name,
    content,
    score,
  })),
);

/** `retriever_resources` of an event, a blocking answer or a stored message. */
export const answerSources = lenientList(source);

/** `metadata` of a `message_end` event or a blocking answer (docs/spec/dify.md, A2). */
export const answerMetadata = v.pipe(
  v.fallback(v.nullish(v.object({ usage: lenient(usage), retriever_resources: answerSources }), null), null),
  v.transform((raw): AnswerFacts => ({ usage: raw?.usage, sources: raw?.retriever_resources ?? [] })),
);
