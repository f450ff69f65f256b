import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { writeReference } from "#adapters/dify/dify-ids.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeRecoverTurn } from "#adapters/dify/recover-turn.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { AnswerEvent } from "#core/answer/answer.ts";
import type { AnswerListener } from "#core/answer/model.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { type DifySimulator, type ProfileInput, startDifySimulator } from "../../../../local/dify/server.ts";
import { closeAfterAll } from "../../../support/close-after.ts";
import { eventually } from "../../../support/eventually.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { questionOf } from "./dify-calls.ts";

let dify: DifySimulator;
beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator({ paceMs: 20 }));
});

const ports = {
  sendHttp: makeHttpClient({ publicOnly: false, clock }),
  clock,
  timeouts: { ...difyTimeouts, secondEndMs: 50 },
};
const ask = makeAskDify(ports);
const recover = makeRecoverTurn(ports);
/** Never polls within a test. */
const recoverByEvents = makeRecoverTurn({
  ...ports,
  timeouts: { ...ports.timeouts, pollMs: 600_000, maxPollMs: 600_000 },
});

const record = () => {
  const events: AnswerEvent[] = [];
  const listener: AnswerListener = (event) => void events.push(event);
  const text = (): string =>
    events.reduce((soFar, event) => {
      if (event.type === "replace") return event.text;
      return event.type === "delta" ? soFar + event.text : soFar;
    }, "");
  const reference = (): string | undefined =>
    events.flatMap((event) => (event.type === "begun" ? [event.reference] : []))[0];
  const memory = (): string | undefined =>
    events.flatMap((event) => (event.type === "memory" ? [event.memory] : []))[0];
  return { events, listener, text, reference, memory };
};

let apps = 0;
/** A worker that dies once it has received some text, or the whole answer, and what its turn is recovered with. */
const setUp = async (
  profile: ProfileInput,
  {
    type = "dify_chatflow",
    dies = "in the middle",
  }: { type?: DifyType; dies?: "in the middle" | "at the end" } = {},
) => {
  apps += 1;
  const apiKey = `app-recover-turn-${apps}`;
  dify.configure(apiKey, profile);
  const integration = difyIntegration({ apiKey, type, callbackUrl: dify.url });
  const question = questionOf({ integration, text: "tell me of it" });
  const worker = new AbortController();
  const heard = record();
  const outcome = ask(question, heard.listener, noLimits({ signal: worker.signal }));
  if (dies === "at the end") await outcome;
  else await eventually(() => expect(heard.text()).not.toBe(""));
  worker.abort();
  const asked = () =>
    dify.requests.filter(
      ({ method, headers }) => method === "POST" && headers.authorization === `Bearer ${apiKey}`,
    );
  const next = record();
  return {
    heard,
    next,
    asked,
    /** As the next worker, with the memory that the first has saved. */
    recover: (reference = heard.reference() ?? "", limits = noLimits(), by = recover) =>
      by({ ...question, memory: heard.memory() }, reference, next.listener, limits),
  };
};

const modern = { version: "1.16.1" } as const;

describe("the answer of a worker that died", () => {
  test.each(["1.14.2", "1.16.1"] as const)(
    "is waited for while its run goes on, and emitted whole: a chatflow of %s",
    async (version) => {
      const { recover: next, next: heard, asked } = await setUp({ version });
      expect(await next()).toEqual({ status: "answered" });
      expect(heard.text()).toMatch(/^Hello u7.*! You said: tell me of it$/);
      expect(asked()).toHaveLength(1);
    },
  );

  test("is reported as soon as the run's events show its end, not at the next poll", async () => {
    const { recover: next } = await setUp({ ...modern, paceMs: 60 });
    expect(await next(undefined, noLimits(), recoverByEvents)).toEqual({ status: "answered" });
  });

  test("is emitted after the same reference, and without a conversation that is known already", async () => {
    const { recover: next, heard, next: again } = await setUp(modern);
    await next();
    expect(again.events.slice(0, 2)).toEqual([
      { type: "begun", reference: heard.reference() },
      { type: "delta", text: again.text() },
    ]);
  });

  test.each<[string, ProfileInput, DifyType]>([
    ["a chatflow", modern, "dify_chatflow"],
    ["a workflow", { ...modern, mode: "workflow" }, "dify_workflow"],
    ["a workflow of 1.12", { version: "1.12.1", mode: "workflow" }, "dify_workflow"],
    ["a chatflow of 1.12", { version: "1.12.1" }, "dify_chatflow"],
    ["a chat app", { ...modern, mode: "chat" }, "dify_chat"],
    ["an agent", { ...modern, mode: "agent-chat" }, "dify_agent"],
  ])("is found if it was complete: %s", async (_, profile, type) => {
    const { recover: next, heard, next: again, asked } = await setUp(profile, { type, dies: "at the end" });
    expect(await next()).toEqual({ status: "answered" });
    expect(again.text()).toBe(heard.text());
    expect(asked()).toHaveLength(1);
  });

  test.each<[string, ProfileInput, DifyType]>([
    ["a chatflow of 1.12", { version: "1.12.1", paceMs: 60 }, "dify_chatflow"],
    ["a workflow of 1.12", { version: "1.12.1", mode: "workflow", paceMs: 60 }, "dify_workflow"],
    ["a chat app", { ...modern, mode: "chat", paceMs: 60 }, "dify_chat"],
    ["a completion app", { ...modern, mode: "completion", paceMs: 60 }, "dify_completion"],
  ])(
    "does not exist if Dify ended it with its client, and nothing is emitted: %s",
    async (_, profile, type) => {
      const { recover: next, next: again } = await setUp(profile, { type });
      expect(await next()).toBeUndefined();
      expect(again.events).toEqual([]);
    },
  );

  test("does not exist if Dify does not know the run", async () => {
    const { recover: next, next: again } = await setUp(modern);
    const reference = writeReference({
      taskId: "t1",
      messageId: "m1",
      user: "u7",
      run: { id: "7e3bb8f6-9c05-4a5b-8a2d-3f1a8b0b5c11", conversationId: "c1", isDetached: true },
    });
    expect(await next(reference)).toBeUndefined();
    expect(again.events).toEqual([]);
  });

  test.each(["nonsense", "{}", writeReference({ taskId: "t1", messageId: undefined, user: "u7" })])(
    "does not exist for the reference %s",
    async (reference) => {
      const { recover: next } = await setUp(modern, { dies: "at the end" });
      expect(await next(reference)).toBeUndefined();
    },
  );

  test("failed if its run failed", async () => {
    const { recover: next } = await setUp({
      ...modern,
      script: [{ do: "begin" }, { do: "say", pieces: ["So ", "far"] }, { do: "fail" }],
    });
    expect(await next()).toMatchObject({ status: "failed", code: "model" });
  });

  test("waits for a person if its run does", async () => {
    const { recover: next } = await setUp({
      version: "1.14.2",
      script: [
        { do: "begin" },
        { do: "say", pieces: ["So ", "far"] },
        { do: "pause", form: "May it go out?", said: "So far" },
      ],
    });
    expect(await next()).toMatchObject({ status: "paused" });
  });

  test("is incomplete if its run does not end before the turn's deadline", async () => {
    const { recover: next } = await setUp({ ...modern, paceMs: 1_000 });
    expect(await next(undefined, noLimits({ deadline: Date.now() + 500 }))).toEqual({ status: "incomplete" });
  });

  test("is abandoned once the lease is lost", async () => {
    const { recover: next } = await setUp({ ...modern, paceMs: 1_000 });
    const signal = AbortSignal.timeout(100);
    expect(await next(undefined, noLimits({ signal }))).toEqual({ status: "abandoned" });
  });
});
