import type { AnswerEnd, AnswerStart } from "./answer-event.ts";
import { BotError } from "./bot-error.ts";
import type { StreamedMessage } from "./event-stream.ts";
import { parseForm } from "./input-form.ts";
import { isJsonObject, type JsonObject, parseJsonObject } from "./json.ts";

/** An event as the bridge sends it. */
export type WireEvent =
  | AnswerStart
  | { readonly type: "delta" | "replace"; readonly content: string }
  | Omit<AnswerEnd, "text">
  | { readonly type: "error"; readonly error: BotError };

const contentOf = (type: "delta" | "replace", { content }: JsonObject): WireEvent | undefined =>
  typeof content === "string" ? { type, content } : undefined;

const startOf = ({ turn, conversation }: JsonObject): WireEvent | undefined =>
  typeof turn === "string"
    ? { type: "start", turn, conversation: typeof conversation === "string" ? conversation : null }
    : undefined;

const endOf = ({ stopped, paused, form, prompt, truncated, usage, sources }: JsonObject): WireEvent => ({
  type: "end",
  stopped: stopped === true,
  paused: paused === true,
  form: parseForm(form),
  prompt: typeof prompt === "string" ? prompt : null,
  truncated: typeof truncated === "string" ? truncated : null,
  usage: isJsonObject(usage) ? usage : null,
  sources: Array.isArray(sources) ? sources.filter(isJsonObject) : [],
});

const errorOf = ({ code, message, retryable }: JsonObject): WireEvent => ({
  type: "error",
  error: new BotError(typeof message === "string" ? message : "the answer failed", {
    code: typeof code === "string" ? code : "internal",
    retryable: retryable === true,
  }),
});

const parsers = new Map<string | undefined, (data: JsonObject) => WireEvent | undefined>([
  ["start", startOf],
  ["delta", (data) => contentOf("delta", data)],
  ["replace", (data) => contentOf("replace", data)],
  ["end", endOf],
  ["error", errorOf],
]);

/**
 * Parses the event of a message; undefined for unknown types.
 * @throws BotError `bad_answer` for a malformed event. It is retryable, since skipping the event would lose text.
 */
export const parseWireEvent = ({ event, data }: StreamedMessage): WireEvent | undefined => {
  const parse = parsers.get(event);
  if (!parse) return undefined;
  const json = parseJsonObject(data);
  const parsed = json && parse(json);
  if (!parsed) throw new BotError(`malformed ${event} event`, { code: "bad_answer", retryable: true });
  return parsed;
};
