import type { JsonObject, JsonValue } from "../json.ts";
import { retrieverResources } from "./sources.ts";
import type { Turn } from "./turn.ts";

const countWords = (text: string): number => text.split(/\s+/).filter((word) => word !== "").length;

/** Whether a model is asked: the Answer and template nodes cost no tokens. */
const asksModel = ({ app: { profile } }: Turn): boolean =>
  (profile.mode !== "advanced-chat" && profile.mode !== "workflow") || profile.graph === "llm";

/** A8-13: prices are strings, and 0.15 writes the nought of a Decimal. */
export const usage = (turn: Turn, answer: string): JsonObject => {
  const modern = turn.app.traits.shape === "1.x";
  const model = asksModel(turn);
  const promptTokens = model ? countWords(turn.query) : 0;
  const completionTokens = model ? countWords(answer) : 0;
  const unit = model ? "0" : "0.0";
  const price = model && !modern ? "0E-7" : unit;
  const graph = turn.app.profile.mode === "advanced-chat";
  return {
    prompt_tokens: promptTokens,
    prompt_unit_price: unit,
    prompt_price_unit: unit,
    prompt_price: price,
    completion_tokens: completionTokens,
    completion_unit_price: unit,
    completion_price_unit: unit,
    completion_price: price,
    total_tokens: promptTokens + completionTokens,
    total_price: price,
    currency: "USD",
    latency: 0.01,
    ...(modern ? { time_to_first_token: graph ? 0.005 : null, time_to_generate: graph ? 0.005 : null } : {}),
  };
};

/** A2: what `message_end` and a blocking answer tell besides the answer. */
export const metadata = (turn: Turn, answer: string, annotation: JsonValue = null): JsonObject => {
  const resources = retrieverResources(turn.app.profile.sources);
  if (turn.app.traits.shape === "1.x") {
    return { annotation_reply: annotation, retriever_resources: resources, usage: usage(turn, answer) };
  }
  return {
    ...(annotation === null ? {} : { annotation_reply: annotation }),
    ...(resources.length === 0 ? {} : { retriever_resources: resources }),
    usage: usage(turn, answer),
  };
};
