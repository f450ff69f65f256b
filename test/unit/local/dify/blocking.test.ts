import { describe, expect, test } from "@jest/globals";
import type { ProfileInput } from "../../../../local/dify/apps/profile.ts";
import { ask, eventsIn, never, openStream, question, send, withDify } from "./client.ts";
import { bodyText, recordingOf } from "./recordings.ts";

describe("a blocking answer", () => {
  test.each<[string, "0.15.3" | "1.12.1", ProfileInput]>([
    ["cf-pure-block", "0.15.3", { graph: "answer" }],
    ["cf-pure-block", "1.12.1", { graph: "answer" }],
    ["chat-block", "0.15.3", { mode: "chat" }],
    ["comp-block", "0.15.3", { mode: "completion" }],
    ["comp-block", "1.12.1", { mode: "completion" }],
    ["wf-block", "0.15.3", { mode: "workflow" }],
    ["wf-block", "1.12.1", { mode: "workflow" }],
  ])("has the keys of %s of Dify %s, in their order", (name, version, profile) =>
    withDify(async (dify) => {
      const recording = recordingOf(version, name);
      dify.configure("app-x", { ...profile, version });
      const request = { ...JSON.parse(recording.requestBody), auto_generate_name: false };
      const { conversation_id: _unknown, ...body } = request;
      const { text, headers } = await send(dify, "app-x", "POST", recording.path.replace("/v1", ""), body);
      expect(headers.get("content-type")).toBe(recording.contentType);
      const names = (json: string) =>
        [...json.matchAll(/"(\w+)": /g)]
          .map(([, key]) => key)
          .filter((key) => key !== "out" && key !== "text");
      expect(names(text)).toEqual(names(bodyText(recording)));
    })(),
  );

  test(
    "escapes what is not ASCII",
    withDify(async (dify) => {
      dify.configure("app-x", { reply: { kind: "text", text: "你好 👋" } });
      const { text } = await ask(dify, "app-x", question("hi", { response_mode: "blocking" }));
      expect(text).toContain('"answer": "\\u4f60\\u597d \\ud83d\\udc4b"');
    }),
  );

  test(
    "of a failed workflow is a 200 that says so",
    withDify(async (dify) => {
      dify.configure("app-x", { mode: "workflow", behaviour: { kind: "model_error", message: "No." } });
      const { status, text } = await send(dify, "app-x", "POST", "/workflows/run", {
        inputs: {},
        user: "u1",
      });
      expect([status, JSON.parse(text).data.status, JSON.parse(text).data.error]).toEqual([
        200,
        "failed",
        "No.",
      ]);
    }),
  );

  test(
    "is not to be had from a New Agent",
    withDify(async (dify) => {
      dify.configure("app-x", { mode: "agent", version: "1.16.0" });
      const { status, text } = await ask(dify, "app-x", question("hi", { response_mode: "blocking" }));
      expect([status, JSON.parse(text).message]).toEqual([
        400,
        "Agent App only supports streaming response mode.",
      ]);
    }),
  );
});

describe("a chatflow that asks a person", () => {
  test(
    "pauses, and goes on in another stream when the form is filled",
    withDify(async (dify) => {
      dify.configure("app-x", {
        version: "1.14.2",
        behaviour: { kind: "paused", form: "Is this the right tone?" },
        reply: { kind: "text", text: "Done." },
      });
      const paused = eventsIn((await ask(dify, "app-x", question("hi"))).text);
      expect(paused.slice(-2).map(({ event }) => event)).toEqual(["human_input_required", "workflow_paused"]);
      expect(paused.at(-2)).toMatchObject({ data: { form_content: "Is this the right tone?" } });
      const runId = paused[0]?.workflow_run_id;
      const data = paused.at(-2)?.data;
      const token = typeof data === "object" && data !== null && "form_token" in data ? data.form_token : "";
      const form = await send(dify, "app-x", "GET", `/form/human_input/${token}`);
      expect(JSON.parse(form.text).user_actions).toHaveLength(2);
      const again = await openStream(dify, "app-x", `/workflow/${runId}/events?user=u1`);
      const filled = await send(dify, "app-x", "POST", `/form/human_input/${token}`, {
        user: "u1",
        action: "approve",
        inputs: {},
      });
      expect(filled.status).toBe(200);
      const rest = eventsIn(await again.until(never));
      expect(rest[0]).toMatchObject({ event: "workflow_started", data: { reason: "resumption" } });
      expect(rest.slice(-2).map(({ event }) => event)).toEqual(["message_end", "workflow_finished"]);
    }),
  );

  test(
    "tells a blocking client that it has paused",
    withDify(async (dify) => {
      dify.configure("app-x", { version: "1.14.2", behaviour: { kind: "paused" } });
      const { status, text } = await ask(dify, "app-x", question("hi", { response_mode: "blocking" }));
      expect([status, JSON.parse(text).event, JSON.parse(text).data.status]).toEqual([
        200,
        "workflow_paused",
        "paused",
      ]);
    }),
  );
});
