import type { AnswerEnd, AnswerStart } from "./answer-event.ts";
import { type AnswerFile, parseFile } from "./answer-file.ts";
import { BotError } from "./bot-error.ts";
import { toAnswerErrorCode } from "./error-codes.ts";
import type { StreamedMessage } from "./event-stream.ts";
import { parseForm } from "./input-form.ts";
import { isJsonObject, type JsonObject, parseJsonObject } from "./json.ts";

interface ContentEvent {
  readonly type: "delta" | "reasoning";
  readonly content: string;
}

interface ReplaceEvent {
  readonly type: "replace";
  readonly content: string;
  readonly all: boolean;
}

/** An event as the bridge sends it. */
export type WireEvent =
  | AnswerStart
  | ContentEvent
  | ReplaceEvent
  | { readonly type: "file"; readonly file: AnswerFile }
  | Omit<AnswerEnd, "text">
  | { readonly type: "error"; readonly error: BotError };

/** Undefined for malformed data. `requestId`: that of the request whose reply has the event. */
type Parse = (data: JsonObject, requestId: string | undefined) => WireEvent | undefined;

const parseContent =
  (type: ContentEvent["type"]): Parse =>
  ({ content }) =>
    typeof content === "string" ? { type, content } : undefined;

const replaceOf: Parse = ({ content, all }) =>
  typeof content === "string" ? { type: "replace", content, all: all === true } : undefined;

const startOf: Parse = ({ turn, conversation }) =>
  typeof turn === "string"
    ? { type: "start", turn, conversation: typeof conversation === "string" ? conversation : null }
    : undefined;

const fileOf: Parse = (data) => {
  const file = parseFile(data);
  return file && { type: "file", file };
};

const endOf: Parse = ({ stopped, paused, form, prompt, truncated, usage, sources }) => ({
  type: "end",
  stopped: stopped === true,
  paused: paused === true,
  form: parseForm(form),
  prompt: typeof prompt === "string" ? prompt : null,
  truncated: typeof truncated === "string" ? truncated : null,
  usage: isJsonObject(usage) ? usage : null,
  sources: Array.isArray(sources) ? sources.filter(isJsonObject) : [],
});

const errorOf: Parse = ({ code, message, retryable }, requestId) => ({
  type: "error",
  error: new BotError(typeof message === "string" ? message : "the answer failed", {
    code: toAnswerErrorCode(code),
    retryable: retryable === true,
    requestId,
  }),
});

const parsers = new Map<string | undefined, Parse>([
  ["start", startOf],
  ["delta", parseContent("delta")],
  ["replace", replaceOf],
  ["reasoning", parseContent("reasoning")],
  ["file", fileOf],
  ["end", endOf],
  ["error", errorOf],
]);

/**
 * Parses the event of a message; undefined for unknown types.
 * @throws BotError `bad_answer` for a malformed event. It is retryable, since skipping the event would lose text.
 */
export const parseWireEvent = (
  { event, data }: StreamedMessage,
  requestId: string | undefined,
): WireEvent | undefined => {
  const parse = parsers.get(event);
  if (!parse) return undefined;
  const json = parseJsonObject(data);
  const parsed = json && parse(json, requestId);
  if (parsed) return parsed;
  throw new BotError(`malformed ${event} event`, { code: "bad_answer", retryable: true, requestId });
};
