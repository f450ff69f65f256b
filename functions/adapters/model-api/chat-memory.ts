import * as v from "valibot";
import { makeThinkFilter } from "#core/answer/think-filter.ts";
import type { QuestionFile } from "#core/message/question-file.ts";

const message = v.object({ role: v.picklist(["user", "assistant"]), content: v.string() });

/** An earlier message of a conversation, both as stored and as sent. */
export type ChatMessage = v.InferOutput<typeof message>;

const stored = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ version: v.literal(1), messages: v.array(message) }),
);

/**
 * Maximum size of the memory in UTF-8. It is kept in the conversation's item, and DynamoDB charges each write of it for each
 * KB of the item (docs/cost.md).
 */
export const maxMemoryBytes = 24 * 1024;

const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

const write = (messages: readonly ChatMessage[]): string => JSON.stringify({ version: 1, messages });

const exchange = (question: string, answer: string): readonly ChatMessage[] => [
  { role: "user", content: question },
  { role: "assistant", content: answer },
];

/** Only whole exchanges: some models' chat templates reject a conversation that begins with the assistant. */
const fromUser = (messages: readonly ChatMessage[]): readonly ChatMessage[] => {
  const first = messages.findIndex(({ role }) => role === "user");
  return first < 0 ? [] : messages.slice(first);
};

const latest = (messages: readonly ChatMessage[], maxMessages: number): readonly ChatMessage[] =>
  maxMessages === 0 ? [] : fromUser(messages.slice(-maxMessages));

/** The end of a string, at most `maxBytes` as JSON. The next question most likely refers to the end of the answer. */
const endOf = (text: string, maxBytes: number): string => {
  let bytes = 0;
  let from = text.length;
  for (const character of [...text].reverse()) {
    bytes += jsonBytes(character) - 2;
    if (bytes > maxBytes) break;
    from -= character.length;
  }
  return text.slice(from);
};

/** Shortens an exchange that alone exceeds the limit: the question gets up to half of the bytes, the answer the rest. */
const shortened = (question: string, answer: string): string => {
  const maxContentBytes = maxMemoryBytes - write(exchange("", "")).length;
  const keptQuestion = endOf(question, Math.floor(maxContentBytes / 2));
  return write(exchange(keptQuestion, endOf(answer, maxContentBytes - (jsonBytes(keptQuestion) - 2))));
};

/** An earlier question and its answer. */
export interface Exchange {
  readonly question: string;
  readonly answer: string;
}

/** All exchanges of a memory, oldest first. */
export const exchangesOf = (memory: string): readonly Exchange[] => {
  const messages = historyOf(memory, Number.POSITIVE_INFINITY);
  return messages.flatMap(({ role, content: question }, at) => {
    const next = messages[at + 1];
    return role === "user" && next?.role === "assistant" ? [{ question, answer: next.content }] : [];
  });
};

/** The messages to send before the question. A memory that cannot be parsed counts as none. */
export const historyOf = (memory: string | undefined, maxMessages: number): readonly ChatMessage[] => {
  const parsed = v.safeParse(stored, memory);
  return parsed.success ? latest(parsed.output.messages, maxMessages) : [];
};

/**
 * The memory after another question and its answer; undefined if there is no answer. It is empty if `maxMessages`
 * is less than an exchange, and so replaces a memory from before that limit was set.
 */
export const memoryOf = (
  history: readonly ChatMessage[],
  question: string,
  answer: string,
  maxMessages: number,
): string | undefined => {
  if (answer.trim() === "") return undefined;
  let messages = latest([...history, ...exchange(question, answer)], maxMessages);
  while (messages.length > 2 && Buffer.byteLength(write(messages)) > maxMemoryBytes)
    messages = fromUser(messages.slice(1));
  const memory = write(messages);
  return Buffer.byteLength(memory) > maxMemoryBytes ? shortened(question, answer) : memory;
};

/** The question's text, with a marker such as `[image]` for each file unless the text already begins with it. */
export const textWithMarkers = (text: string, files: readonly Pick<QuestionFile, "kind">[]): string =>
  [...files.filter(({ kind }) => !text.startsWith(`[${kind}`)).map(({ kind }) => `[${kind}]`), text].join(
    "\n",
  );

/** The answer's text without the reasoning between marks. Only the end of a long answer is kept. */
export interface SpokenText {
  push(text: string): void;
  /** Call once, after the last `push`. */
  end(): string;
}

/** `tags`: names of the tags around reasoning; default: those that models use. */
export const makeSpokenText = (tags?: readonly string[]): SpokenText => {
  const thoughts = makeThinkFilter({ quotes: false, tags });
  let spoken = "";
  return {
    push: (text) => {
      const shown = thoughts.push(text);
      spoken = shown.replacesAll ? shown.text : spoken + shown.text;
      // A UTF-16 code unit takes at least one byte of JSON. Cutting at twice the limit avoids a copy for each delta.
      if (spoken.length > 2 * maxMemoryBytes) spoken = spoken.slice(-maxMemoryBytes);
    },
    end: () => spoken + thoughts.end(),
  };
};
