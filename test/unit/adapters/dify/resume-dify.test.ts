import { describe, expect, test } from "@jest/globals";
import { makeAnswerMachine } from "#adapters/dify/answer-machine.ts";
import { eventsOfBlockingBody } from "#adapters/dify/blocking-body.ts";
import { parseDifyEventAndIds } from "#adapters/dify/dify-event.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeResumeDify } from "#adapters/dify/resume-dify.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock } from "#adapters/node/system-clock.ts";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import type { FormInput, Pause } from "#core/answer/pause.ts";
import type { Clock } from "#core/shared/clock.ts";
import { recording } from "../../../support/recordings.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { withServer } from "../http/servers.ts";

/** Runs from the time of the recordings on, when their forms had not expired. */
const recordedAt = 1_795_736_400_000;
const startedAt = Date.now();
const clock: Clock = { ...systemClock, now: () => recordedAt + Date.now() - startedAt };

const versions = ["1.14.2", "1.16.1"] as const;
type Version = (typeof versions)[number];

const textOf = (events: readonly AnswerEvent[]): string =>
  events.reduce((text, event) => {
    if (event.type === "replace") return event.text;
    return event.type === "delta" ? text + event.text : text;
  }, "");

/** The text and the pause of a recorded stream. */
const pausedBy = (name: string): { readonly text: string; readonly pause: Pause } => {
  const machine = makeAnswerMachine({ user: "ann", conversationId: undefined });
  const events = recording(name)
    .body.toString()
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .flatMap((line) => parseDifyEventAndIds(line.slice(6)) ?? [])
    .flatMap((event) => machine.take(event));
  const outcome: AnswerOutcome | undefined =
    machine.state.status === "reading" ? undefined : machine.state.outcome;
  if (outcome?.status !== "paused") throw new Error(`${name} does not pause`);
  return { text: textOf(events), pause: outcome.pause };
};

/** The pause of a chatflow with these forms. */
const pauseWith = (...forms: object[]): Pause => {
  const machine = makeAnswerMachine({ user: "ann", conversationId: undefined });
  const ids = { conversation_id: "c1", message_id: "m1", task_id: "t1", workflow_run_id: "r1" };
  const events = [
    ...forms.map((data) => ({ event: "human_input_required", data, ...ids })),
    { event: "workflow_paused", ...ids },
  ];
  for (const event of events) {
    const parsed = parseDifyEventAndIds(JSON.stringify(event));
    if (parsed) machine.take(parsed);
  }
  const { state } = machine;
  if (state.status === "reading" || state.outcome.status !== "paused") throw new Error("not paused");
  return state.outcome.pause;
};

interface Reply {
  readonly status: number;
  readonly body: string | Buffer;
}
const replyOf = (name: string): Reply => recording(name);
const json = (body: object, status = 200): Reply => ({ status, body: JSON.stringify(body) });

interface Replies {
  readonly events?: Reply;
  readonly form?: Reply;
  readonly run?: Reply;
  readonly messages?: Reply;
}

/** Continues a pause at a Dify that gives these replies, and returns what came and what was asked. */
const resume = async (pause: Pause, replies: Replies, chosen: Partial<FormInput> | "none" = {}) => {
  const calls: string[] = [];
  const bodies: unknown[] = [];
  const events: AnswerEvent[] = [];
  let outcome: unknown;
  const route = (path: string): keyof Replies => {
    if (path.includes("/form/human_input/")) return "form";
    if (path.includes("/workflows/run/")) return "run";
    return path.includes("/events") ? "events" : "messages";
  };
  await withServer(
    async (request, response) => {
      const name = route(request.url ?? "");
      calls.push(name);
      let body = "";
      for await (const bytes of request) body += bytes;
      if (name === "form") bodies.push({ path: request.url, ...JSON.parse(body) });
      const { status, body: reply } = replies[name] ?? json({ code: "not_found" }, 404);
      const type = name === "events" && status === 200 ? "text/event-stream" : "application/json";
      response.writeHead(status, { "content-type": type }).end(reply);
    },
    async ({ url }) => {
      const { form } = pause;
      const input: FormInput = {
        formId: form?.id ?? "",
        action: form?.actions[0]?.id ?? "",
        values: { why: "because" },
        ...(chosen === "none" ? {} : chosen),
      };
      outcome = await makeResumeDify({
        sendHttp: makeHttpClient({ publicOnly: false, clock }),
        clock,
        timeouts: { ...difyTimeouts, secondEndMs: 50, pollMs: 20, maxPollMs: 20 },
      })(
        {
          integration: difyIntegration({ callbackUrl: `${url}/v1` }),
          reference: pause.reference ?? "",
          input: chosen === "none" ? undefined : input,
        },
        (event) => void events.push(event),
        noLimits(),
      );
    },
  )();
  return { outcome, text: textOf(events), types: events.map(({ type }) => type), calls, bodies };
};

const accepted = json({});

describe.each(versions)("a run of Dify %s that waits for a person", (version: Version) => {
  const first = pausedBy(`${version}/C0-pause`);

  test("asks with the form's words, fields and choices", () => {
    const { text, pause } = pausedBy(`${version}/A1-pause-stream`);
    expect(text).toBe("Before. ");
    expect(pause.form).toMatchObject({
      text: "Approve buy it? [why]",
      fields: [{ type: "text", name: "why", default: "" }],
      actions: [
        { id: "yes", title: "Yes" },
        { id: "no", title: "No" },
      ],
    });
    expect(pause.form?.expiresAt).toBe(pause.expiresAt);
    expect(pause.reference).toBeDefined();
  });

  test("has every kind of field, with the defaults of constants and variables", () => {
    const { pause } = pausedBy(`${version}/K0-fields-pause`);
    expect(pause.form?.fields).toEqual([
      { type: "text", name: "why", default: "because" },
      { type: "text", name: "note", default: "Ann" },
      { type: "choice", name: "kind", choices: ["sick", "holiday"] },
      { type: "file", name: "att" },
      { type: "files", name: "atts", maxFiles: 2 },
    ]);
    expect(pause.form?.text).toBe(
      "# Leave request\n\nFor Ann\n\n[why]\n\n[note]\n\n[kind: sick / holiday]\n\n[att]\n\n[atts]",
    );
  });

  test("pauses a workflow too, streamed or whole", () => {
    expect(pausedBy(`${version}/J0-wf-pause-stream`).pause.form?.text).toBe("Approve q? [why]");
    const machine = makeAnswerMachine({ user: "ann", conversationId: undefined });
    const body = recording(`${version}/J7-wf-pause-blocking`).body.toString();
    for (const event of eventsOfBlockingBody(body) ?? []) machine.take(event);
    expect(machine.state).toMatchObject({
      outcome: { status: "paused", pause: { form: { text: "Approve q? [why]" } } },
    });
  });

  test("opens the events, then submits the form, and has only the new text", async () => {
    const { outcome, text, calls, bodies } = await resume(first.pause, {
      events: replyOf(`${version}/C1-events-plain-opened-before-submit`),
      form: replyOf(`${version}/C3-submit-yes`),
    });
    expect(outcome).toEqual({ status: "answered" });
    expect(text).toMatch(/^Approved \(!slow 400 12\): tick0 .*tick11 $/);
    expect(calls).toEqual(["events", "form"]);
    expect(bodies).toMatchObject([{ user: "ann", action: "yes", inputs: { why: "because" } }]);
  });

  test("has its whole rest if its events are opened too late", async () => {
    const { outcome, text } = await resume(first.pause, {
      events: replyOf(`${version}/C7-events-late`),
      form: accepted,
    });
    expect(outcome).toEqual({ status: "answered" });
    expect(text).toMatch(/^Approved \(!slow 400 12\): tick0 .*tick11 $/);
  });

  test("has its rest, later, if its events cannot be opened", async () => {
    const { outcome, text, calls } = await resume(first.pause, {
      events: json({}, 502),
      form: accepted,
      run: replyOf(`${version}/C9-run-after`),
      messages: withMessageOf(first.pause, `${version}/C9b-messages-after`),
    });
    expect(outcome).toEqual({ status: "answered" });
    expect(text).toMatch(/^Approved \(!slow 400 12\): tick0 .*tick11 $/);
    expect(calls.slice(0, 2)).toEqual(["events", "form"]);
  });

  test("pauses again at its second form, and continues after that", async () => {
    const { pause } = pausedBy(`${version}/G0-pause1`);
    const second = await resume(pause, { events: replyOf(`${version}/G1-events-plain`), form: accepted });
    expect(second).toMatchObject({ text: "Two (one). ", outcome: { status: "paused" } });
    const next = (second.outcome as { pause: Pause }).pause;
    expect(next.form?.id).not.toBe(pause.form?.id);
    const third = await resume(next, {
      events: replyOf(`${version}/G8-events-plain-second`),
      form: accepted,
    });
    expect(third).toMatchObject({ text: "Three (two).", outcome: { status: "answered" } });
  });

  test("is asked for its second form if somebody else has filled in the first", async () => {
    const { pause } = pausedBy(`${version}/G0-pause1`);
    const { outcome, text } = await resume(
      pause,
      {
        run: replyOf(`${version}/A4-run-while-paused`),
        messages: withMessageOf(pause, `${version}/G6-messages-second-pause`),
      },
      "none",
    );
    expect(text).toBe("Two (one). ");
    expect(outcome).toMatchObject({ status: "paused", pause: { form: { actions: [{}, {}] } } });
  });

  test("has its rest, once it has ended, without a form", async () => {
    const { outcome, text, calls } = await resume(
      first.pause,
      {
        run: replyOf(`${version}/C9-run-after`),
        messages: withMessageOf(first.pause, `${version}/C9b-messages-after`),
      },
      "none",
    );
    expect(outcome).toEqual({ status: "answered" });
    expect(text).toMatch(/^Approved \(!slow 400 12\): tick0 .*tick11 $/);
    expect(calls.sort()).toEqual(["messages", "run"]);
  });

  test("ends along the branch of its timeout", async () => {
    const { pause } = pausedBy(`${version}/L0-timeout-pause`);
    const { outcome } = await resume(
      pause,
      {
        run: replyOf(`${version}/L8-run-after-timeout`),
        messages: withMessageOf(pause, `${version}/L6-messages-after-timeout`),
      },
      "none",
    );
    expect(outcome).toEqual({ status: "answered" });
  });

  test.each([
    ["C5-submit-again", "answered"],
    ["L3-submit-expired-unswept", "expired"],
  ] as const)("says so if its form is refused and nothing follows (%s)", async (name, reason) => {
    const { outcome } = await resume(first.pause, {
      events: json({}, 200),
      form: replyOf(`${version}/${name}`),
      run: replyOf(`${version}/A4-run-while-paused`),
      messages: withMessageOf(first.pause, `${version}/A3-messages-while-paused`, true),
    });
    expect(outcome).toEqual({ status: "closed", reason });
  });

  test("fails if Dify refuses a value, and says nothing of it", async () => {
    const { outcome } = await resume(first.pause, {
      events: json({}, 200),
      form: replyOf(`${version}/B3-submit-missing-input`),
      run: json({ status: "paused" }),
    });
    expect(outcome).toEqual({ status: "rejected" });
  });
});

/** A reply with the message's id, or also the forms, of the pause. */
const withMessageOf = (pause: Pause, name: string, sameForm = false): Reply => {
  const { messageId } = JSON.parse(pause.reference ?? "{}");
  const body = JSON.parse(recording(name).body.toString());
  for (const message of body.data) {
    message.id = messageId;
    for (const { form_definition: form } of sameForm ? message.extra_contents : [])
      form.form_id = pause.form?.id;
  }
  return json(body);
};

describe("who may fill in a form", () => {
  const pauseAfter = (data: object): Pause =>
    pauseWith({ form_id: "f1", form_content: "May it?", actions: [{ id: "ok", title: "OK" }], ...data });

  test.each<[string, object, boolean]>([
    ["the user, in the web app", { form_token: "x", display_in_ui: true }, true],
    ["nobody here, by e-mail alone (1.16.1)", { form_token: null, display_in_ui: false }, false],
    ["nobody here, by e-mail alone (1.14.2)", { form_token: "useless", display_in_ui: false }, false],
    [
      "nobody here, with a field of an unknown type",
      { form_token: "x", display_in_ui: true, inputs: [{ type: "date", output_variable_name: "d" }] },
      false,
    ],
    [
      "nobody here, with a field that cannot be stored by its name",
      {
        form_token: "x",
        display_in_ui: true,
        inputs: [{ type: "paragraph", output_variable_name: "constructor" }],
      },
      false,
    ],
    [
      "nobody here, with a text that is too long to keep",
      { form_token: "x", display_in_ui: true, form_content: "May it?".padEnd(40_000, " x") },
      false,
    ],
    ["nobody here, without a choice", { form_token: "x", display_in_ui: true, actions: [] }, false],
  ])("is %s", (_, data, isUser) => {
    const pause = pauseAfter(data);
    expect(pause.form !== undefined).toBe(isUser);
    expect(pause.notice?.slice(0, 7)).toBe(isUser ? undefined : "May it?");
    expect(pause.reference).toBeDefined();
  });
});

describe("parallel forms", () => {
  const form = (id: string, given = {}) => ({
    form_id: id,
    form_token: `token-${id}`,
    form_content: `Form ${id}?`,
    actions: [{ id: "ok", title: "OK" }],
    display_in_ui: true,
    ...given,
  });
  const both = pauseWith(form("a"), form("b"));
  const stored = (...forms: object[]) =>
    json({
      data: [
        {
          id: "m1",
          answer: "",
          status: "paused",
          extra_contents: forms.map((each) => ({
            type: "human_input",
            submitted: false,
            form_definition: each,
          })),
        },
      ],
    });
  const paused = json({ status: "paused" });

  test("are asked one after the other, by whom the first is filled in", async () => {
    expect(both.form?.id).toBe("a");
    const waits = { run: paused, messages: stored(form("a"), form("b")) };
    expect((await resume(both, waits, "none")).outcome).toEqual({ status: "waiting", isRunning: false });
    const next = { run: paused, messages: stored(form("b")) };
    expect((await resume(both, next, "none")).outcome).toMatchObject({
      status: "paused",
      pause: { form: { id: "b" } },
    });
  });

  test("leave out one whose time is over, though Dify keeps it", async () => {
    const dead = form("a", { expiration_time: recordedAt / 1000 - 60 });
    const next = { run: paused, messages: stored(dead, form("b")) };
    expect((await resume(both, next, "none")).outcome).toMatchObject({ pause: { form: { id: "b" } } });
  });

  test("are asked at once if the user fills in one that somebody else has filled in", async () => {
    const { outcome } = await resume(both, {
      events: json({}, 200),
      form: json({ code: "human_input_form_submitted" }, 412),
      run: paused,
      messages: stored(form("b")),
    });
    expect(outcome).toMatchObject({ status: "paused", pause: { form: { id: "b" } } });
  });

  test("of a workflow, which has no message, are read from its events", async () => {
    const { pause } = pausedBy("1.16.1/J0-wf-pause-stream");
    const snapshot = (given: object) => ({
      status: 200,
      body: `data: ${JSON.stringify({ event: "human_input_required", data: form("b", given) })}\n\n`,
    });
    const { outcome } = await resume(pause, { run: paused, events: snapshot({}) }, "none");
    expect(outcome).toMatchObject({ status: "paused", pause: { form: { id: "b" } } });
    const same = snapshot({ form_id: pause.form?.id });
    expect((await resume(pause, { run: paused, events: same }, "none")).outcome).toMatchObject({
      status: "waiting",
    });
  });
});

test("a run that was stopped has expired for who fills in its form, also if its events cannot be opened", async () => {
  const { pause } = pausedBy("1.16.1/C0-pause");
  const replies = { events: json({}, 503), form: json({}, 200), run: json({ status: "stopped" }) };
  const { outcome } = await resume(pause, replies);
  expect(outcome).toEqual({ status: "closed", reason: "expired" });
});

describe("a check of a run", () => {
  const { pause } = pausedBy("1.16.1/C0-pause");

  test.each<[string, Replies, object]>([
    ["waits if Dify does not answer", {}, { status: "waiting", isRunning: false }],
    [
      "will soon be over if it runs",
      { run: json({ status: "running" }) },
      { status: "waiting", isRunning: true },
    ],
    ["waits", { run: json({ status: "paused" }) }, { status: "waiting", isRunning: false }],
    [
      "is over if Dify has stopped it for waiting too long",
      { run: json({ status: "stopped" }) },
      { status: "closed", reason: "expired" },
    ],
  ])("%s", async (_, replies, expected) => {
    const { outcome, types } = await resume(pause, replies, "none");
    expect(outcome).toEqual(expected);
    expect(types).toEqual(["begun"]);
  });
});
