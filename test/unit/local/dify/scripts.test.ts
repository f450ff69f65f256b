import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parseProfile } from "../../../../local/dify/profile.ts";
import type { DifySimulator, ProfileInput } from "../../../../local/dify/server.ts";
import {
  answerIn,
  ask,
  eventNames,
  eventsIn,
  never,
  openStream,
  question,
  send,
  taskIn,
  withAnyDify,
  withClock,
  withDify,
} from "./client.ts";

const ping = "event: ping\n\n";
const begin = { do: "begin" } as const;
const finish = { do: "finish" } as const;

const open = (dify: DifySimulator, key = "app-x") => openStream(dify, key, "/chat-messages", question("hi"));

describe("a chatflow in the queue", () => {
  test(
    "sends one ping, and then nothing until a worker takes it",
    withDify(
      async (dify) => {
        dify.configure("app-x", {
          version: "1.16.1",
          script: [{ do: "wait", ms: 100, pings: false }, begin, { do: "say" }, finish],
        });
        const { text } = await ask(dify, "app-x", question("hi"));
        expect(text).toMatch(/^event: ping\n\ndata: \{"event":"workflow_started"/);
        expect(answerIn(text)).toBe("Hello u1! You said: hi");
      },
      { pingMs: 10 },
    ),
  );

  test(
    "really waits if there are more runs than workers",
    withClock(
      async (dify, clock) => {
        dify.configure("app-slow", { version: "1.16.1" });
        const first = await open(dify, "app-slow");
        await first.until((text) => text.includes("Hello"));
        const second = await open(dify, "app-slow");
        expect(await second.until((text) => text.length > ping.length - 1)).toBe(ping);
        await clock.advance(60_000);
        const whole = await first.until(never);
        expect(answerIn(await second.until(never))).toBe(answerIn(whole));
      },
      { workers: 1, pingMs: 5_000 },
    ),
  );
});

describe("a model that thinks", () => {
  test.each(["chat", "completion"] as const)(
    "has the head of a %s app's stream arrive only with the first ping",
    withAnyDify(
      async (dify, mode) => {
        const path = mode === "chat" ? "/chat-messages" : "/completion-messages";
        const script: ProfileInput["script"] = [{ do: "wait", ms: 150 }, begin, { do: "say" }, finish];
        dify.configure("app-x", { mode, version: "1.16.1", script });
        const startedAt = Date.now();
        const stream = await openStream(dify, "app-x", path, question("hi"));
        expect(Date.now() - startedAt).toBeGreaterThanOrEqual(45);
        expect(await stream.until(never)).toMatch(/^(?:event: ping\n\n)+data: /);
      },
      { pingMs: 50 },
    ),
  );
});

describe("a node that is retried", () => {
  test(
    "emits the next attempt's text after the broken one's",
    withDify(async (dify) => {
      dify.configure("app-x", {
        version: "1.16.1",
        script: [
          begin,
          { do: "say", pieces: ["The wea"] },
          { do: "emit", event: "node_retry" },
          { do: "say", pieces: ["It rains."] },
          { do: "finish", status: "partial-succeeded", answer: "It rains." },
        ],
      });
      const { text } = await ask(dify, "app-x", question("hi"));
      expect(answerIn(text)).toBe("The weaIt rains.");
      expect(eventsIn(text).find(({ event }) => event === "node_retry")).toMatchObject({
        data: { node_type: "llm", status: "retry", retry_index: 1 },
      });
      expect(eventsIn(text).at(-1)).toMatchObject({
        data: { status: "partial-succeeded", outputs: { answer: "It rains." }, exceptions_count: 1 },
      });
    }),
  );
});

describe("moderation", () => {
  test.each([
    ["1.12.1", "message_replace message_end"],
    ["1.14.2", "message_end workflow_finished"],
  ] as const)(
    "of the output replaces it in %s before its end, but not in the run's outputs",
    withAnyDify(async (dify, version, end) => {
      dify.configure("app-x", {
        version,
        script: [begin, { do: "say", pieces: ["secret"] }, { do: "finish", replacement: "No." }],
      });
      const { text } = await ask(dify, "app-x", question("hi"));
      expect(eventNames(text).slice(-2).join(" ")).toBe(end);
      expect(eventsIn(text)).toContainEqual(
        expect.objectContaining({ event: "message_replace", answer: "No.", reason: "output_moderation" }),
      );
      const run = eventsIn(text).find(({ event }) => event === "workflow_finished");
      expect(run).toMatchObject({ data: { outputs: { answer: "secret", files: [] } } });
    }),
  );
});

describe("a run that waits for a person", () => {
  const script = [{ do: "pause", form: "Is it right?" }] as const;

  test(
    "ends its stream with the form",
    withDify(async (dify) => {
      dify.configure("app-x", { version: "1.16.1", script: [...script] });
      const { text } = await ask(dify, "app-x", question("hi"));
      expect(eventsIn(text).slice(-2)).toMatchObject([
        { event: "human_input_required", data: { form_content: "Is it right?" } },
        { event: "workflow_paused" },
      ]);
      const path = `/workflows/run/${eventsIn(text)[0]?.workflow_run_id}`;
      expect(JSON.parse((await send(dify, "app-x", "GET", path)).text)).toMatchObject({ status: "paused" });
    }),
  );

  test.each(["1.14.2", "1.16.1"] as const)(
    "of %s continues when its form is submitted, for any client that follows its events",
    withAnyDify(async (dify, version) => {
      const inputs = [{ output_variable_name: "why", type: "paragraph", default: null }];
      dify.configure("app-x", {
        version,
        script: [
          begin,
          { do: "say", pieces: ["Before. "] },
          { do: "pause", form: "Is it right?", inputs },
          { do: "say", pieces: ["After."] },
          { do: "finish" },
        ],
      });
      const first = eventsIn((await ask(dify, "app-x", question("hi"))).text);
      const form = first.find(({ event }) => event === "human_input_required")?.data as Readonly<
        Record<string, unknown>
      >;
      const runId = String(first[0]?.workflow_run_id);
      const token = `/form/human_input/${form.form_token}`;
      const submit = async (body: Readonly<Record<string, unknown>>) =>
        send(dify, "app-x", "POST", token, body);
      const events = send(dify, "app-x", "GET", `/workflow/${runId}/events?user=u1`);

      expect((await submit({ user: "u1", action: "maybe", inputs: {} })).text).toMatch(
        /Invalid action: maybe/,
      );
      expect((await submit({ user: "u1", action: "yes", inputs: {} })).text).toMatch(/inputs: why/);
      expect((await submit({ user: "u1", action: "yes", inputs: { why: "x" } })).status).toBe(200);
      const again = await submit({ user: "u1", action: "yes", inputs: { why: "x" } });
      expect([again.status, JSON.parse(again.text).code]).toEqual([412, "human_input_form_submitted"]);

      const rest = eventsIn((await events).text);
      expect(rest[0]).toMatchObject({ event: "workflow_started", data: { reason: "resumption" } });
      expect(rest.filter(({ event }) => event === "message").map(({ answer }) => answer)).toContain("After.");
      expect(rest.find(({ event }) => event === "workflow_finished")).toMatchObject({
        data: { status: "succeeded", outputs: { answer: "Before. After." } },
      });
      const late = eventsIn((await send(dify, "app-x", "GET", `/workflow/${runId}/events?user=u1`)).text);
      expect(late).toMatchObject([{ event: "workflow_finished", task_id: runId }]);
      const other = await send(dify, "app-x", "GET", `/workflow/${runId}/events?user=u8`);
      expect(other.status).toBe(404);
    }),
  );

  test(
    "sends a blocking client the form",
    withDify(async (dify) => {
      dify.configure("app-x", { version: "1.14.2", script: [...script] });
      const { status, text } = await ask(dify, "app-x", question("hi", { response_mode: "blocking" }));
      expect([status, JSON.parse(text)]).toMatchObject([
        200,
        { event: "workflow_paused", data: { reasons: [{ form_content: "Is it right?" }] } },
      ]);
    }),
  );
});

test("the scripts in docs/simulators.md are valid", () => {
  const docs = readFileSync(new URL("../../../../docs/simulators.md", import.meta.url), "utf8");
  const scripts = [...docs.matchAll(/^[\w' ]+? {2,}(\[\{"do":.*\])$/gm)].map(([, script = ""]) => script);
  expect(scripts).toHaveLength(15);
  for (const script of scripts) parseProfile({ version: "1.16.1", script: JSON.parse(script) });
});

describe("a profile sent over HTTP", () => {
  const put = async (dify: DifySimulator, key: string, body: string) => {
    const response = await fetch(new URL(`/_simulator/apps/${key}`, dify.url), { method: "PUT", body });
    return { status: response.status, text: await response.text() };
  };

  test(
    "configures an app",
    withDify(async (dify) => {
      const profile =
        '{"mode":"chat","script":[{"do":"begin"},{"do":"say","pieces":["Yes."]},{"do":"finish"}]}';
      expect((await put(dify, "app-x", profile)).status).toBe(200);
      expect(answerIn((await ask(dify, "app-x", question("hi"))).text)).toBe("Yes.");
    }),
  );

  test(
    "is rejected with what is wrong with it",
    withDify(async (dify) => {
      const wrong = await put(
        dify,
        "app-x",
        '{"mode":"caht","behaviour":{"kind":"stop_disobeyed","tiems":1}}',
      );
      expect(wrong.status).toBe(400);
      expect(JSON.parse(wrong.text).message).toMatch(/mode: .*caht.*; behaviour\.tiems: /);
      expect((await put(dify, "app-x", "{")).status).toBe(400);
      expect((await put(dify, "x", "{}")).status).toBe(404);
      expect(() => dify.configure("app-x", { script: [{ do: "pause", form: "?" }] })).toThrow(/1\.13/);
    }),
  );
});

test("the simulator records what it was sent", async () => {
  const seen: string[] = [];
  await withDify(
    async (dify) => {
      const { text } = await ask(dify, "app-x", question("hi"));
      expect(taskIn(text)).toMatch(/^[\da-f-]{36}$/);
      expect(dify.requests).toMatchObject([
        {
          key: "app-x",
          method: "POST",
          path: "/v1/chat-messages",
          headers: { authorization: "Bearer app-x" },
          body: { query: "hi", user: "u1" },
        },
      ]);
    },
    { onRequest: ({ path }) => seen.push(path) },
  )();
  expect(seen).toEqual(["/v1/chat-messages"]);
});
