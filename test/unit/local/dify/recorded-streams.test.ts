import { describe, expect, test } from "@jest/globals";
import { asObject, type JsonObject, parseJson } from "../../../../local/dify/json.ts";
import type { ProfileInput } from "../../../../local/dify/profile.ts";
import { versionNames } from "../../../../local/dify/versions.ts";
import { failAfter, pictureUrl } from "../../../support/dify-scripts.ts";
import { recording } from "../../../support/recordings.ts";
import { eventsIn, send, withDify } from "./client.ts";

type Case = readonly [name: string, profile: ProfileInput];

const failed = failAfter([]);
const tooMany = failAfter([], { message: "Rate limit reached: 429" });
const limited = failAfter([], { message: "Rate limit reached: 429", code: "rate_limit_error", status: 429 });
const fivePieces = ["one ", "two ", "three ", "four ", "five "];
const rejected = (message: string): ProfileInput["script"] => [{ do: "reject", message }];
const nickMissing = rejected("nick is required in input form");
const paused: ProfileInput["script"] = [{ do: "pause", form: "Is it right?", said: "Before. " }];

const answers = versionNames.flatMap((version): readonly Case[] => [
  [`${version}/chat-stream`, { version, mode: "chat" }],
  [`${version}/agent-stream`, { version, mode: "agent-chat" }],
  [`${version}/cf-llm-stream`, { version }],
  [`${version}/comp-stream`, { version, mode: "completion" }],
  [`${version}/wf-stream`, { version, mode: "workflow" }],
]);

const failures: readonly Case[] = [
  ["0.15.3/chat-FAIL401", { version: "0.15.3", mode: "chat", script: failed }],
  ["0.15.3/cf-FAIL401", { version: "0.15.3", script: failed }],
  ["1.12.1/chat-FAIL401", { version: "1.12.1", mode: "chat", script: failed }],
  ["1.12.1/llm-chatflow-FAIL401", { version: "1.12.1", script: failed }],
  ["1.14.2/cf-fail500", { version: "1.14.2", script: failed }],
  ["1.14.2/chat-fail429", { version: "1.14.2", mode: "chat", script: tooMany }],
  ["1.16.1/cf-fail429", { version: "1.16.1", script: tooMany }],
  ["1.16.1/chat-fail429", { version: "1.16.1", mode: "chat", script: limited }],
  ["1.16.1/comp-fail429", { version: "1.16.1", mode: "completion", script: limited }],
  ["1.16.1/chat-fail500-after5", { version: "1.16.1", mode: "chat", script: failAfter(fivePieces) }],
];

const beforeTheRun: readonly Case[] = [
  ["1.16.1/cf-required-missing", { version: "1.16.1", script: nickMissing }],
  [
    "1.16.1/cf-toolong-input",
    { version: "1.16.1", script: rejected("nick in input form must be less than 48 characters") },
  ],
  [
    "1.16.1/wf-required-missing",
    { version: "1.16.1", mode: "workflow", script: rejected("query is required in input form") },
  ],
  ["1.14.2/cf-required-missing", { version: "1.14.2", script: nickMissing }],
  ["1.14.2/wf-required-missing", { version: "1.14.2", mode: "workflow", script: nickMissing }],
  ["1.14.2/cf-unknown-conv", { version: "1.14.2" }],
];

const picture = { id: "f1", type: "image", belongs_to: "assistant", url: pictureUrl };
const drawn: ProfileInput["script"] = [
  { do: "begin" },
  { do: "say", pieces: ["Here you are: "] },
  { do: "emit", event: "message_file", fields: picture },
  { do: "say", pieces: ["That was it."] },
  { do: "finish", files: [{ type: "image", url: pictureUrl }] },
];

const queued: ProfileInput["script"] = [
  { do: "wait", ms: 20, pings: false },
  { do: "begin" },
  { do: "say" },
  { do: "finish" },
];

const others: readonly Case[] = [
  ["1.16.1/queued-behind-four", { version: "1.16.1", script: queued }],
  ["1.16.1/chat-draw", { version: "1.16.1", mode: "chat", script: drawn }],
  ["1.14.2/hitl-pause", { version: "1.14.2", script: paused }],
  ["1.16.1/hitl-pause", { version: "1.16.1", script: paused }],
];

const keysOf = (value: unknown): readonly string[] =>
  Object.keys(asObject(parseJson(JSON.stringify(value ?? null))));

/** What is the same in every run: names, keys, and how a node or the run ended. */
const shapeOf = ({ event, data, metadata, code, status, message, ...rest }: JsonObject) => ({
  event,
  keys: keysOf(rest),
  data: keysOf(data).filter((key) => key !== "sequence_number"),
  ended: [asObject(data).status, asObject(data).node_type === "llm" ? undefined : asObject(data).error],
  variables:
    event === "workflow_started" ? keysOf(asObject(data).inputs).filter((key) => key.startsWith("sys.")) : [],
  metadata: [keysOf(metadata), keysOf(asObject(metadata).usage)],
  error: [code, status, message],
});

/** The number of pieces depends on the text; their sequence does not. */
const shapesIn = (stream: string) => {
  const shapes = eventsIn(stream).map((event) => JSON.stringify(shapeOf(event)));
  return shapes.filter((shape, index) => shape !== shapes[index - 1]).map((shape) => JSON.parse(shape));
};

describe("the simulator's stream", () => {
  test.each([...answers, ...failures, ...beforeTheRun, ...others])(
    "has the events of %s, with their keys, in their order",
    (name, profile) =>
      withDify(
        async (dify) => {
          const { path, requestBody, status, contentType, body } = recording(name);
          dify.configure("app-x", profile);
          const reply = await send(dify, "app-x", "POST", path.replace("/v1", ""), JSON.parse(requestBody));
          expect([reply.status, reply.headers.get("content-type")]).toEqual([status, contentType]);
          expect(shapesIn(reply.text)).toEqual(shapesIn(body.toString("utf8")));
          expect(reply.text.startsWith("event: ping")).toBe(body.toString("utf8").startsWith("event: ping"));
        },
        { idleMs: 20 },
      )(),
  );

  test("after a node that failed halfway has the default value", async () => {
    const endOf = (stream: string) => {
      const shapes = shapesIn(stream);
      return shapes.slice(shapes.findIndex(({ ended }) => ended[0] === "exception"));
    };
    await withDify(async (dify) => {
      dify.configure("app-x", {
        version: "1.16.1",
        script: [
          { do: "begin" },
          { do: "say", pieces: ["part0 ", "part1 "] },
          { do: "finish", status: "partial-succeeded", answer: "R: FALLBACK" },
        ],
      });
      const { text } = await send(dify, "app-x", "POST", "/chat-messages", {
        query: "x",
        inputs: {},
        user: "u1",
        response_mode: "streaming",
      });
      expect(endOf(text)).toEqual(endOf(recording("1.16.1/errbranch-2").body.toString("utf8")));
      expect(eventsIn(text).at(-1)).toMatchObject({
        data: { status: "partial-succeeded", outputs: { answer: "R: FALLBACK" } },
      });
    })();
  });
});
