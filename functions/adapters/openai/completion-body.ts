import * as v from "valibot";
import { lenient, lenientList } from "#adapters/model-api/lenient.ts";
import type { AnswerUsage } from "#core/answer/answer-facts.ts";
import { apiError, bareError } from "./failures.ts";

const text = lenient(v.string());
const textParts = v.pipe(
  lenientList(v.object({ type: v.literal("text"), text: v.string() })),
  v.transform((parts) => parts.map((part) => part.text).join("")),
);

const messagePart = v.pipe(
  v.object({
    // Some servers send an array of parts where OpenAI sends a string.
    content: v.fallback(v.union([v.string(), textParts]), ""),
    refusal: text,
    /** DeepSeek, vLLM and llama.cpp; `reasoning` in OpenRouter, Groq and later versions of vLLM. */
    reasoning_content: text,
    reasoning: text,
  }),
  v.transform(({ content, refusal = "", reasoning_content, reasoning }) => ({
    text: content + refusal,
    thought: reasoning_content || reasoning || "",
  })),
);

const choice = v.object({
  index: v.fallback(v.optional(v.number(), 0), 0),
  /** In a stream. */
  delta: lenient(messagePart),
  /** In a whole answer. */
  message: lenient(messagePart),
  finish_reason: text,
  error: lenient(apiError),
});

const usage = v.pipe(
  v.object({
    prompt_tokens: lenient(v.number()),
    completion_tokens: lenient(v.number()),
    total_tokens: v.number(),
  }),
  v.transform(
    (raw): AnswerUsage => ({
      promptTokens: raw.prompt_tokens,
      completionTokens: raw.completion_tokens,
      totalTokens: raw.total_tokens,
    }),
  ),
);

/** A chunk of a stream (`chat.completion.chunk`) or a whole answer (`chat.completion`). */
const completionBody = v.pipe(
  v.object({
    choices: lenientList(choice),
    usage: lenient(usage),
    error: lenient(apiError),
  }),
  v.transform(({ choices, usage, error }) => {
    const first = choices.find(({ index }) => index === 0);
    const { text = "", thought = "" } = first?.delta ?? first?.message ?? {};
    return { text, thought, finish: first?.finish_reason, usage, error: error ?? first?.error };
  }),
);

const body = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([
    v.pipe(
      bareError,
      v.transform((error) => ({ error })),
    ),
    completionBody,
  ]),
);

/** What a chunk or a whole answer says; undefined if it is neither. */
export const parseCompletionBody = (data: string): v.InferOutput<typeof body> | undefined => {
  const parsed = v.safeParse(body, data);
  return parsed.success ? parsed.output : undefined;
};
