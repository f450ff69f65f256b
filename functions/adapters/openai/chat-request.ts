import { withoutTrailingSlashes } from "#adapters/http/base-url.ts";
import { type ChatMessage, textWithMarkers } from "#adapters/model-api/chat-memory.ts";
import { traceHeaders } from "#adapters/node/trace.ts";
import type { Question } from "#core/answer/model.ts";
import type { PlainKey } from "#core/bot/integration.ts";
import type { LinkedFile } from "#core/message/question-file.ts";

export interface ChatRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The optional parts of a request, which are dropped if the server refuses them. */
export interface RequestForm {
  readonly streams: boolean;
  /** Whether to ask for the usage at the end of the stream (`stream_options`). */
  readonly asksUsage: boolean;
  readonly history: readonly ChatMessage[];
}

/** `https://…/v1` or `https://…/v1/` becomes `https://…/v1/chat/completions`. The query is kept: Azure needs `api-version`. */
export const apiUrl = (callbackUrl: string, path: string): URL => {
  const url = new URL(callbackUrl);
  url.pathname = `${withoutTrailingSlashes(url.pathname)}/${path}`;
  return url;
};

export const apiHeaders = ({ apiKey }: PlainKey): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${apiKey}`,
  ...traceHeaders(),
});

/** Images are sent by URL. The API accepts no other files by URL, so the text gets a marker for each of them. */
const userContent = ({ text, files }: Pick<Question, "text" | "files">): string | readonly object[] => {
  const images = files.filter((file): file is LinkedFile => file.kind === "image" && "url" in file);
  const content = textWithMarkers(
    text,
    files.filter(({ kind }) => kind !== "image"),
  );
  if (images.length === 0) return content;
  return [
    { type: "text", text: content },
    ...images.map(({ url }) => ({ type: "image_url", image_url: { url } })),
  ];
};

export const chatRequest = (
  question: Question<"openai">,
  { streams, asksUsage, history }: RequestForm,
): ChatRequest => {
  const { integration } = question;
  const { callbackUrl, options } = integration;
  const { model, systemPrompt } = options;
  const body = {
    model,
    messages: [
      ...(systemPrompt === undefined ? [] : [{ role: "system", content: systemPrompt }]),
      ...history,
      { role: "user", content: userContent(question) },
    ],
    stream: streams,
    ...(streams && asksUsage && { stream_options: { include_usage: true } }),
  };
  return {
    url: apiUrl(callbackUrl, "chat/completions"),
    headers: {
      ...apiHeaders(integration),
      "content-type": "application/json",
      accept: streams ? "text/event-stream" : "application/json",
    },
    body: JSON.stringify(body),
  };
};

/**
 * OpenAI: `context_length_exceeded`; vLLM and OpenRouter: "maximum context length"; llama.cpp: `exceed_context_size_error`,
 * or "Context size has been exceeded." with a 500; LiteLLM: `ContextWindowExceededError`; Anthropic: "prompt is too long".
 */
const tooLong = /context[ _]?(?:length|size|window)|prompt is too long/i;

/**
 * The request to try next after a refusal; undefined if the refusal is final. Servers word a refusal of streaming in many
 * ways, so any 400 that mentions it counts: a wrong guess costs one more refused request.
 */
export const relaxed = (form: RequestForm, status: number, text: string): RequestForm | undefined => {
  if (form.history.length > 0 && (status === 413 || tooLong.test(text))) return { ...form, history: [] };
  // 422 comes from servers that validate with pydantic, such as Mistral's.
  if ((status !== 400 && status !== 422) || !form.streams) return undefined;
  if (form.asksUsage && text.includes("stream_options")) return { ...form, asksUsage: false };
  return /stream/i.test(text) ? { ...form, streams: false } : undefined;
};
