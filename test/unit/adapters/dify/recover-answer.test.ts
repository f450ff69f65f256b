import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeAskDify } from "#adapters/dify/ask-dify.ts";
import { difyTimeouts } from "#adapters/dify/dify-timeouts.ts";
import { makeHttpClient } from "#adapters/http/http-client.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import type { AnswerEvent } from "#core/answer/answer.ts";
import type { DifyType } from "#core/bot/integration-types.ts";
import { type DifySimulator, type ProfileInput, startDifySimulator } from "../../../../local/dify/server.ts";
import { closeAfterAll } from "../../../support/close-after.ts";
import { cutAfter } from "../../../support/dify-scripts.ts";
import { noLimits } from "../../../support/turn-limits.ts";
import { difyIntegration } from "../../../support/turns.ts";
import { questionOf } from "./dify-calls.ts";

let dify: DifySimulator;
beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator({ paceMs: 20 }));
});

let apps = 0;
/** Asks an app of the test's own, and polls for the rest of a cut answer every 50 ms. */
const ask = async (profile: ProfileInput, type: DifyType = "dify_chatflow", limitMs = 60_000) => {
  apps += 1;
  const apiKey = `app-recover-${apps}`;
  dify.configure(apiKey, profile);
  const events: AnswerEvent[] = [];
  const outcome = await makeAskDify({
    sendHttp: makeHttpClient({ publicOnly: false, clock }),
    clock,
    timeouts: { ...difyTimeouts, secondEndMs: 50, pollMs: 50, maxPollMs: 50 },
  })(
    questionOf({
      integration: difyIntegration({ apiKey, type, callbackUrl: dify.url }),
      text: "tell me of it",
    }),
    (event) => void events.push(event),
    noLimits({ deadline: Date.now() + limitMs }),
  );
  const text = events.reduce((textSoFar, event) => {
    if (event.type === "replace") return event.text;
    return event.type === "delta" ? textSoFar + event.text : textSoFar;
  }, "");
  const asked = dify.requests.filter(({ headers }) => headers.authorization === `Bearer ${apiKey}`);
  return { outcome, text, types: events.map(({ type: each }) => each), asked };
};

const script = cutAfter(["Well, ", "you ", "asked: "], ["tell ", "me ", "of ", "it"]);

describe("an answer whose stream was cut", () => {
  test.each(["1.14.2", "1.16.1"] as const)(
    "is still whole if the run continued on Dify's side: a chatflow of %s",
    async (version) => {
      const { outcome, text, types } = await ask({ version, script });
      expect(outcome).toEqual({ status: "answered" });
      expect(text).toBe("Well, you asked: tell me of it");
      expect(types).not.toContain("replace");
    },
  );

  test("is still whole for a workflow, from the result of its run", async () => {
    const { outcome, text } = await ask({ version: "1.14.2", mode: "workflow", script }, "dify_workflow");
    expect(outcome).toEqual({ status: "answered" });
    expect(text).toContain("tell me of it");
  });

  test.each<[string, ProfileInput, DifyType]>([
    ["a chatflow of 1.12, whose run ends with its client", { version: "1.12.1", script }, "dify_chatflow"],
    ["a chat app", { version: "1.16.1", mode: "chat", script }, "dify_chat"],
  ])("is incomplete, without waiting, for %s", async (_, profile, type) => {
    const { outcome, asked } = await ask(profile, type);
    expect(outcome).toEqual({ status: "incomplete" });
    expect(asked).toHaveLength(1);
  });

  test("is incomplete if its run does not end in time", async () => {
    const { outcome } = await ask(
      { version: "1.14.2", script: cutAfter(["tell "], ["me"]), paceMs: 700 },
      "dify_chatflow",
      1_100,
    );
    expect(outcome).toEqual({ status: "incomplete" });
  });
});

describe("a queued run whose stream was cut after its first ping", () => {
  const queued = (ms: number, ...rest: NonNullable<ProfileInput["script"]>): ProfileInput["script"] => [
    { do: "wait", ms: 100, pings: false },
    { do: "cut" },
    { do: "wait", ms, pings: false },
    ...rest,
  ];
  const whole = [{ do: "begin" }, { do: "say" }, { do: "finish" }] as const;

  test.each(["1.14.2", "1.16.1"] as const)(
    "is found by its question, which is not asked again: a chatflow of %s",
    async (version) => {
      const { outcome, text, types, asked } = await ask({ version, script: queued(300, ...whole) });
      expect(outcome).toEqual({ status: "answered" });
      expect(text).toContain("tell me of it");
      expect(types.slice(0, 2)).toEqual(["begun", "memory"]);
      expect(asked.filter(({ method }) => method === "POST")).toHaveLength(1);
    },
  );

  test("fails if its run fails, and is not asked again", async () => {
    const script = queued(300, { do: "begin" }, { do: "fail" });
    const { outcome } = await ask({ version: "1.16.1", script });
    expect(outcome).toMatchObject({ status: "failed", retryable: false });
  });

  test("is not asked again if it does not end in time", async () => {
    const { outcome } = await ask(
      { version: "1.16.1", script: queued(5_000, ...whole) },
      "dify_chatflow",
      700,
    );
    expect(outcome).toMatchObject({ status: "failed", code: "timeout", retryable: false });
  });

  test("may be asked again if it is a workflow, whose runs Dify does not list", async () => {
    const profile: ProfileInput = { version: "1.16.1", mode: "workflow", script: queued(5_000, ...whole) };
    const { outcome } = await ask(profile, "dify_workflow");
    expect(outcome).toMatchObject({ code: "unavailable", retryable: true });
  });
});

describe("a Dify that cannot stream", () => {
  test("and sends the whole answer is read as it is", async () => {
    const { outcome, text } = await ask(
      { mode: "chat", behaviour: { kind: "no_streaming", how: "answers_whole" } },
      "dify_chat",
    );
    expect(outcome).toEqual({ status: "answered" });
    expect(text).toContain("tell me of it");
  });

  test("and says so is asked for the whole answer, once", async () => {
    const { outcome, text, asked } = await ask(
      { mode: "chat", behaviour: { kind: "no_streaming", how: "refuses" } },
      "dify_chat",
    );
    expect(outcome).toEqual({ status: "answered" });
    expect(text).toContain("tell me of it");
    expect(asked.map(({ body }) => body)).toMatchObject([
      { response_mode: "streaming" },
      { response_mode: "blocking" },
    ]);
  });
});
