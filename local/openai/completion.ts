import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { Profile } from "./profile.ts";

const part = v.object({ type: v.string(), text: v.optional(v.string(), "") });
const message = v.object({ role: v.string(), content: v.union([v.string(), v.array(part)]) });

export const requestSchema = v.object({
  model: v.string(),
  messages: v.pipe(v.array(message), v.minLength(1)),
  stream: v.optional(v.boolean(), false),
  stream_options: v.optional(v.object({ include_usage: v.optional(v.boolean(), false) })),
});

export type CompletionRequest = v.InferOutput<typeof requestSchema>;

/** Words with their leading space, as models stream them. */
const words = (text: string): readonly string[] => text.match(/\s*\S+|\s+$/g) ?? [];

const textOf = ({ content }: CompletionRequest["messages"][number]): string =>
  typeof content === "string" ? content : content.map(({ type, text }) => text || `[${type}]`).join(" ");

const echoOf = ({ messages }: CompletionRequest): string => {
  const questions = messages.filter(({ role }) => role === "user").map(textOf);
  const previous = questions.at(-2);
  return `You said: ${questions.at(-1)}${previous === undefined ? "" : ` (before that you said: ${previous})`}`;
};

/**
 * An answer in the formats of OpenAI's API reference: whole (`chat.completion`) and in chunks
 * (`chat.completion.chunk`). `reasoning_content` is an extension by DeepSeek and vLLM.
 */
export const completionFor = (profile: Profile, request: CompletionRequest) => {
  const { reply = echoOf(request), reasoning, finishReason } = profile;
  const deltas = typeof reply === "string" ? words(reply) : reply;
  const common = {
    id: `chatcmpl-${randomUUID()}`,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
  };
  const prompt_tokens = request.messages.flatMap((message) => words(textOf(message))).length;
  const completion_tokens = deltas.length + words(reasoning).length;
  const usage = { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens };
  const includesUsage = request.stream_options?.include_usage === true;
  const choice = (payload: object, finish_reason: string | null) => [
    { index: 0, ...payload, logprobs: null, finish_reason },
  ];
  const chunk = (choices: readonly object[], used: object | null = null) => ({
    ...common,
    object: "chat.completion.chunk",
    choices,
    ...(includesUsage && { usage: used }),
  });
  const chunkOf = (delta: object, finish: string | null = null) => chunk(choice({ delta }, finish));
  const opening = { role: "assistant", content: "", refusal: null };
  const message = {
    ...opening,
    content: deltas.join(""),
    ...(reasoning !== "" && { reasoning_content: reasoning }),
  };
  return {
    whole: { ...common, object: "chat.completion", choices: choice({ message }, finishReason), usage },
    opening: [chunkOf(opening), ...words(reasoning).map((word) => chunkOf({ reasoning_content: word }))],
    deltas: deltas.map((content) => chunkOf({ content })),
    closing: [chunkOf({}, finishReason), ...(includesUsage ? [chunk([], usage)] : [])],
  };
};
