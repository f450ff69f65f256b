import { describe, expect, test } from "@jest/globals";
import type { ProfileInput } from "../../../../local/dify/apps/profile.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../../../local/dify/json.ts";
import { eventsIn, send, withDify } from "./client.ts";
import { bodyText, recordingOf } from "./recordings.ts";

const form: ProfileInput["form"] = [
  { type: "text-input", variable: "nick", max_length: 8 },
  { type: "number", variable: "level" },
  { type: "select", variable: "lang", options: ["en", "zh"] },
];

const chatflow: ProfileInput = { form };
const templateDeltas = ["A: ", "nick=Bob level=3 q=hello turn=1", "\nend"];

const cases: readonly (readonly [name: string, version: "0.15.3" | "1.12.1", profile: ProfileInput])[] = (
  ["0.15.3", "1.12.1"] as const
).flatMap((version) => [
  [
    "cf-echo-stream",
    version,
    { ...chatflow, graph: "template", reply: { kind: "deltas", deltas: templateDeltas } },
  ],
  ["cf-llm-stream", version, chatflow],
  ["cf-pure-stream", version, { ...chatflow, graph: "answer" }],
  ["chat-stream", version, { mode: "chat" }],
  ["comp-stream", version, { mode: "completion" }],
  [
    "wf-stream",
    version,
    { ...chatflow, mode: "workflow", graph: "template", reply: { kind: "deltas", deltas: ["nick=Bob"] } },
  ],
]);

const failures: typeof cases = [
  ["cf-FAIL401", "0.15.3", { ...chatflow, behaviour: { kind: "model_error" } }],
  ["llm-chatflow-FAIL401", "1.12.1", { ...chatflow, behaviour: { kind: "model_error" } }],
  ["chat-FAIL401", "0.15.3", { mode: "chat", behaviour: { kind: "model_error" } }],
  ["chat-FAIL401", "1.12.1", { mode: "chat", behaviour: { kind: "model_error" } }],
];

const agents: typeof cases = [
  ["agent-stream", "1.12.1", { mode: "agent-chat" }],
  [
    "agent-stream",
    "0.15.3",
    { mode: "agent-chat", tool: { name: "current_time", input: "", observation: "2026" } },
  ],
];

const keysOf = (value: JsonValue | undefined): readonly string[] | undefined =>
  isJsonObject(value) ? Object.keys(value).sort() : undefined;

/** An event's name and the names of what it carries, down to where the app's own data begins. */
const shapeOf = (event: JsonObject) => ({
  event: event.event,
  keys: keysOf(event),
  data: keysOf(event.data),
  variables:
    event.event === "workflow_started" && isJsonObject(event.data) ? keysOf(event.data.inputs) : undefined,
  metadata: keysOf(event.metadata),
  usage: isJsonObject(event.metadata) ? keysOf(event.metadata.usage) : undefined,
});

/** How many deltas there are depends on the text; that they follow each other does not. */
const withoutRepetition = (events: readonly JsonObject[]): readonly ReturnType<typeof shapeOf>[] => {
  const shapes = events.map(shapeOf);
  return shapes.filter((shape, index) => JSON.stringify(shape) !== JSON.stringify(shapes[index - 1]));
};

describe("the stand-in's stream", () => {
  test.each([...cases, ...failures, ...agents])("has the events of %s of Dify %s", (name, version, profile) =>
    withDify(async (dify) => {
      const recording = recordingOf(version, name);
      dify.configure("app-x", { ...profile, version });
      const path = recording.path.replace(/^\/v1/, "");
      const request = { ...JSON.parse(recording.requestBody), auto_generate_name: false };
      const { status, text, headers } = await send(dify, "app-x", recording.method, path, request);
      expect(status).toBe(recording.status);
      expect(headers.get("content-type")).toBe(recording.contentType);
      expect(withoutRepetition(eventsIn(text))).toEqual(withoutRepetition(eventsIn(bodyText(recording))));
    })(),
  );

  test.each(["0.15.3", "1.12.1"] as const)(
    "is the recorded answer of Dify %s to the letter, but for ids and times",
    (version) =>
      withDify(async (dify) => {
        const recording = recordingOf(version, "cf-echo-stream");
        const pieces = eventsIn(bodyText(recording)).filter(({ event }) => event === "message");
        dify.configure("app-x", {
          ...chatflow,
          version,
          graph: "template",
          reply: { kind: "deltas", deltas: pieces.map(({ answer }) => String(answer)) },
        });
        const request = { ...JSON.parse(recording.requestBody), auto_generate_name: false };
        const { text } = await send(dify, "app-x", "POST", "/chat-messages", request);
        const unique =
          /[\da-f]{8}-[\da-f-]{27}|\b179\d{7}\b|(?<=_time": ?|_token": ?|generate": ?|latency": ?)[\d.]+/g;
        const sequence = /"sequence_number": \d+/g;
        const variables = /"(?:inputs|outputs)": ?\{[^{}]*\}/g;
        const comparable = (stream: string) =>
          stream.replace(unique, "0").replace(sequence, "").replace(variables, "").split("\n\n");
        expect(comparable(text)).toEqual(comparable(bodyText(recording)));
      })(),
  );
});
