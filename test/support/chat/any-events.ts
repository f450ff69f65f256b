import fc from "fast-check";
import { truncationReasons } from "#core/answer/answer.ts";
import { answerFileKinds } from "#core/answer/answer-facts.ts";
import type { ChatEvent } from "#core/chat/chat-event.ts";

/** Code units of every kind, including lone surrogates, which may be at the end of a piece from Dify. */
const anyUnit = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
  fc.constantFrom(0x00, 0x0a, 0x0d, 0x22, 0x5c, 0x2028, 0xd83d, 0xde00, 0xfeff),
  fc.integer({ min: 0, max: 0xffff }),
);
const anyUnits = fc.string({ unit: anyUnit.map((code) => String.fromCharCode(code)), maxLength: 12 });

/** Any JavaScript string. */
export const anyContent = fc.oneof(anyUnits, fc.constantFrom("", "👋", "你好", "data: x\n\nid: 9.end\n\n"));

const usage = fc.record(
  {
    promptTokens: fc.nat(),
    completionTokens: fc.nat(),
    totalTokens: fc.nat(),
    totalPrice: fc.constantFrom("0E-7", "0.0001"),
    currency: fc.constant("USD"),
  },
  { requiredKeys: ["totalTokens"] },
);
const source = fc.record(
  { dataset: anyContent, document: anyContent, content: anyContent, score: fc.constantFrom(0, 0.5, 1) },
  { requiredKeys: [] },
);

const start = fc.record({
  type: fc.constant("start" as const),
  turn: fc.constant("t1"),
  conversation: fc.option(anyContent),
});
const text = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant("delta" as const), content: anyContent }) },
  fc.record(
    { type: fc.constant("replace" as const), content: anyContent, all: fc.constant(true as const) },
    { requiredKeys: ["type", "content"] },
  ),
);
const part = fc.oneof(
  { weight: 2, arbitrary: fc.record({ type: fc.constant("reasoning" as const), content: anyContent }) },
  fc.record({
    type: fc.constant("file" as const),
    file: fc.record({
      type: fc.constantFrom(...answerFileKinds),
      url: anyContent,
      name: fc.option(anyContent),
    }),
  }),
);
const field = fc.oneof(
  fc.record({ type: fc.constant("text" as const), name: fc.string(), default: anyContent }),
  fc.record({ type: fc.constant("choice" as const), name: fc.string(), choices: fc.array(anyContent) }),
  fc.record({ type: fc.constant("file" as const), name: fc.string() }),
  fc.record({ type: fc.constant("files" as const), name: fc.string(), maxFiles: fc.nat() }),
);
const last = fc.oneof(
  fc.record(
    {
      type: fc.constant("end" as const),
      stopped: fc.boolean(),
      paused: fc.constant(true as const),
      form: fc.record({
        id: fc.constant("f1"),
        text: anyContent,
        fields: fc.array(field, { maxLength: 2 }),
        actions: fc.array(fc.record({ id: fc.string(), title: anyContent }), { maxLength: 2 }),
      }),
      prompt: anyContent,
      truncated: fc.constantFrom(...truncationReasons),
      usage: fc.option(usage),
      sources: fc.array(source, { maxLength: 2 }),
    },
    { requiredKeys: ["type", "stopped", "usage", "sources"] },
  ),
  fc.record({
    type: fc.constant("error" as const),
    code: fc.constantFrom("unavailable" as const, "broken_off" as const, "interrupted" as const),
    message: anyContent,
    retryable: fc.boolean(),
  }),
);

/** One event of any kind. */
export const anyEvent: fc.Arbitrary<ChatEvent> = fc.oneof(start, text, part, last);

/** The events that a client may get of a turn, from start to end. */
export const anyAnswer: fc.Arbitrary<readonly ChatEvent[]> = fc
  .tuple(start, fc.array(fc.oneof({ weight: 2, arbitrary: text }, part), { maxLength: 8 }), last)
  .map(([first, texts, end]) => [first, ...texts, end]);

/** The reasoning that a client shows after these events. */
export const thoughtBy = (events: readonly ChatEvent[]): string =>
  events.reduce((thought, event) => {
    if (event.type === "reasoning") return thought + event.content;
    return event.type === "replace" && event.all ? "" : thought;
  }, "");

/** The text that a client shows after these events. */
export const shownBy = (events: readonly ChatEvent[]): string =>
  events.reduce((shown, event) => {
    if (event.type === "delta") return shown + event.content;
    return event.type === "replace" ? event.content : shown;
  }, "");
