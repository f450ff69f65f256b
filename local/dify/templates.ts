import { asObject, type JsonObject, parseJson } from "./json.ts";
import { findRecording } from "./recordings.ts";
import type { AppMode, VersionName } from "./versions.ts";

/** The recordings used as templates. Each version has one of the names. */
const recordingNames = {
  chat: ["chat-stream"],
  "agent-chat": ["agent-stream"],
  "advanced-chat": ["cf-llm-stream"],
  completion: ["comp-stream"],
  workflow: ["wf-stream"],
  easyFailure: ["chat-fail500", "chat-FAIL401"],
  graphFailure: ["cf-fail500", "llm-chatflow-FAIL401", "cf-FAIL401"],
  rejection: ["cf-required-missing"],
  pause: ["hitl-pause"],
} as const satisfies Readonly<Record<AppMode, readonly string[]>> &
  Readonly<Record<string, readonly string[]>>;

export type TemplateName = keyof typeof recordingNames;

/** A recorded stream, split into the events before the text, a piece of text, and the events after it. */
export interface Template {
  /** Since 1.13, chatflows and workflows start with a ping: they run in a worker and outlive their client. */
  readonly startsWithPing: boolean;
  readonly events: readonly JsonObject[];
  readonly head: readonly JsonObject[];
  /** Undefined if the recorded app streamed no text. */
  readonly piece: JsonObject | undefined;
  /** Starts with the empty pieces that end a text. */
  readonly tail: readonly JsonObject[];
  readonly answer: string;
}

/** The text that an event adds to the answer; undefined for other events. */
const textOf = ({ event, answer, data }: JsonObject): string | undefined => {
  const text = event === "text_chunk" ? asObject(data).text : answer;
  const isText = event === "message" || event === "agent_message" || event === "text_chunk";
  return isText && typeof text === "string" ? text : undefined;
};

/** The node that would have produced the text, if a recording has none. */
const startsTextNode = ({ event, data }: JsonObject): boolean =>
  event === "node_started" && !["answer", "end"].includes(String(asObject(data).node_type));

const cut = (startsWithPing: boolean, events: readonly JsonObject[]): Template => {
  const lastText = events.findLastIndex((event) => textOf(event) !== undefined);
  const end = (lastText < 0 ? events.findLastIndex(startsTextNode) : lastText) + 1;
  const start = events.findLastIndex((event, index) => index < end && textOf(event) === undefined) + 1;
  const pieces = events.slice(start, end);
  const spoken = pieces.filter((event) => textOf(event) !== "");
  const outputs = Object.values(asObject(asObject(events.at(-1)?.data).outputs));
  return {
    startsWithPing,
    events,
    // Text of earlier nodes belongs only to the recorded answer.
    head: events.slice(0, start).filter((event) => !textOf(event)),
    piece: pieces[0],
    tail: events.slice(start + spoken.length),
    answer: spoken.map(textOf).join("") || String(outputs.find((each) => typeof each === "string") ?? ""),
  };
};

const templates = new Map<string, Template>();

export const readTemplate = (version: VersionName, name: TemplateName): Template => {
  const known = templates.get(`${version}/${name}`);
  if (known !== undefined) return known;
  const [recording] = recordingNames[name].flatMap((each) => findRecording(`${version}/${each}`) ?? []);
  const text = recording?.body.toString("utf8") ?? "";
  const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, json = ""]) => asObject(parseJson(json)));
  const template = cut(text.startsWith("event: ping"), events);
  templates.set(`${version}/${name}`, template);
  return template;
};
