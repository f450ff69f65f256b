/** What a server that means harm sends as an answer. */
export interface Attack {
  readonly api: "dify_chatflow" | "openai";
  /** Of the response; also compressed, if it says so. */
  readonly headers: Readonly<Record<string, string>>;
  readonly status?: number;
  /** Sent once. */
  readonly first: string;
  /** Sent again and again until the connection is closed. */
  readonly repeated: string;
  /** Whether the answer is kept until its end, as with `stream: false` and `Accept: application/json`. */
  readonly isWhole?: true;
  readonly showThinking?: true;
}

const events = { "content-type": "text/event-stream" };
const json = { "content-type": "application/json" };
const event = (fields: object): string =>
  `data: ${JSON.stringify({ task_id: "t", conversation_id: "c", message_id: "m", ...fields })}\n\n`;
const message = (answer: string): string => event({ event: "message", answer });
const chunk = (delta: object): string => `data: ${JSON.stringify({ choices: [{ delta }] })}\n\n`;

const dify = { api: "dify_chatflow", headers: events, first: message("Hello ") } as const;
const openai = { api: "openai", headers: events, first: chunk({ content: "Hello " }) } as const;
const text = "word ".repeat(50);

export const attacks: Readonly<Record<string, Attack>> = {
  "text, streamed": { ...dify, repeated: message(text) },
  "text, kept whole": { ...dify, repeated: message(text), isWhole: true },
  "text in single characters, kept whole": { ...dify, repeated: message("字"), isWhole: true },
  "text of an OpenAI-compatible API, kept whole": {
    ...openai,
    repeated: chunk({ content: text }),
    isWhole: true,
  },
  "an unclosed mark after text": { ...dify, first: message("Hello <think>"), repeated: message(text) },
  "white space before the first word": { ...dify, first: message(""), repeated: message("  \n") },
  "links, all different in their queries": { ...dify, repeated: message("[a](https://a.example/b?c) ") },
  files: {
    ...dify,
    repeated: event({
      event: "message_file",
      type: "image",
      url: `https://a.example/${"a".repeat(200)}.png`,
    }),
  },
  replacements: { ...dify, repeated: event({ event: "message_replace", answer: text }) },
  "empty replacements": { ...dify, repeated: event({ event: "message_replace", answer: "" }) },
  thoughts: { ...openai, repeated: chunk({ reasoning_content: text }) },
  "thoughts that are shown, kept whole": {
    ...openai,
    repeated: chunk({ reasoning_content: text }),
    isWhole: true,
    showThinking: true,
  },
  "events that are unknown": { ...dify, repeated: event({ event: "tts_message", audio: text }) },
  "lines of data without a blank line": { ...dify, repeated: "data: x\n" },
  "empty lines of data": { ...dify, repeated: "data:\n" },
  "one line": { ...dify, first: `${dify.first}data: `, repeated: "x" },
  comments: { ...dify, repeated: ": ping\n\n" },
  "sources in one event": {
    ...dify,
    first: `${dify.first}data: {"event":"message_end","metadata":{"retriever_resources":[`,
    repeated: '{"content":"x"},',
  },
  "empty arrays in one event": {
    ...dify,
    first: `${dify.first}data: {"event":"workflow_finished","data":{"outputs":[`,
    repeated: "[],",
  },
  "a blocking body": { ...dify, headers: json, first: '{"event":"message","answer":"', repeated: "x" },
  "a blocking body of an OpenAI-compatible API": {
    ...openai,
    headers: json,
    first: '{"choices":[',
    repeated: "{},",
  },
  "a blocking body, compressed": {
    ...dify,
    headers: { ...json, "content-encoding": "gzip" },
    first: '{"event":"message","answer":"',
    repeated: "x",
  },
  "events, compressed": {
    ...dify,
    headers: { ...events, "content-encoding": "gzip" },
    repeated: "data: x\n",
  },
  "an error body": { ...dify, headers: json, status: 400, first: '{"message":"', repeated: "stream not " },
};
