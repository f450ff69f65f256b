import { describe, expect, test } from "@jest/globals";
import type { AnswerEvent, AnswerOutcome } from "#core/answer/answer.ts";
import type { Model, Question } from "#core/answer/model.ts";
import type { BotWithKeys, PreviewResult } from "#core/bot/bot.ts";
import { makeTestIntegration, type TestedIntegration } from "#core/jobs/test-integration.ts";
import { sameModel } from "../../../support/models.ts";
import { makeTestClock } from "../../../support/test-clock.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";

const stored = bot({ integrations: [webhookIntegration(), difyIntegration()] });

/** Tests with a model of this kind, at a registry that has one bot. */
const run = async (
  tested: TestedIntegration,
  model: Model,
  preview: PreviewResult = { status: "found", bot: stored, integration: difyIntegration() },
) => {
  const clock = makeTestClock();
  const pinged: string[] = [];
  const bots = {
    findWithKeys: async (_appKey: string, userId: string): Promise<BotWithKeys | undefined> =>
      userId === stored.userId ? stored : undefined,
    preview: async () => preview,
  };
  const testIntegration = makeTestIntegration({
    bots,
    models: sameModel(model),
    pingWebhook: async (_appKey, call) => {
      pinged.push(call.bot.userId);
      return { checks: [] };
    },
    clock,
  });
  return { report: await testIntegration("app-one", tested), pinged };
};

/** A model that has no test of its own. */
const asked: Question[] = [];
const answering = (events: readonly AnswerEvent[], outcome: AnswerOutcome): Model => ({
  ask: async (question, listener, { stop }) => {
    asked.push(question);
    for (const event of events) await listener(event);
    return stop?.aborted ? { status: "stopped" } : outcome;
  },
});

const ofBot = { userId: stored.userId, type: "dify_chatflow" } as const;

describe("a model without a test of its own", () => {
  test.each<[string, readonly AnswerEvent[], AnswerOutcome, boolean]>([
    ["that begins to answer passes", [{ type: "delta", text: "O" }], { status: "incomplete" }, true],
    ["that thinks passes", [{ type: "thought", text: "Hm" }], { status: "incomplete" }, true],
    ["that has nothing to say but ends well passes", [], { status: "answered" }, true],
    [
      "that refuses fails",
      [],
      { status: "failed", code: "refused", retryable: false, detail: "HTTP 401 invalid_api_key" },
      false,
    ],
    ["that breaks off fails", [], { status: "incomplete" }, false],
    ["that is too late fails", [], { status: "abandoned" }, false],
  ])("%s", async (_name, events, outcome, ok) => {
    const { report } = await run(ofBot, answering(events, outcome));
    expect(report.checks).toMatchObject([{ name: "answer", ok }]);
    if (outcome.status === "failed") expect(report.checks[0]?.detail).toContain(outcome.detail);
  });
});

test("a model's own test gets the key, the bot, and ten seconds", async () => {
  const clock = makeTestClock();
  const model: Model = {
    ask: () => Promise.reject(new Error("the model was asked")),
    check: async ({ integration, bot: { userId }, deadline, signal }) => {
      expect([integration.apiKey, userId, deadline - clock.now(), signal.aborted]).toEqual([
        "app-secret-key",
        "bot-helpdesk",
        10_000,
        false,
      ]);
      return { checks: [{ name: "reachable", ok: true, detail: "yes" }] };
    },
  };
  expect((await run(ofBot, model)).report.checks).toHaveLength(1);
});

test("a webhook gets a test event", async () => {
  const { pinged } = await run(
    { userId: stored.userId, type: "webhook" },
    answering([], { status: "answered" }),
  );
  expect(pinged).toEqual(["bot-helpdesk"]);
});

test("a draft of no bot is tested with the metadata that the bot will have", async () => {
  await run({ draft: difyIntegration(), metadata: { lang: "en" } }, answering([], { status: "answered" }));
  expect(asked.at(-1)?.bot).toMatchObject({ userId: "draft", metadata: { lang: "en" } });
});

test.each<[string, TestedIntegration, PreviewResult | undefined, RegExp]>([
  ["an unknown bot", { userId: "other", type: "webhook" }, undefined, /^userId: no bot has this id/],
  ["an unknown integration", { userId: stored.userId, type: "openai" }, undefined, /^type: this bot has no/],
  [
    "a draft that may not keep its key",
    { userId: stored.userId, draft: difyIntegration(), metadata: undefined },
    { status: "new_origin", type: "dify_chatflow", from: "https://a.example", to: "https://b.example" },
    /^integration\.auth\.apiKey: must be given again/,
  ],
])("%s is refused, and nothing is called", async (_name, tested, preview, message) => {
  const model: Model = { ask: () => Promise.reject(new Error("the model was asked")) };
  await expect(run(tested, model, preview)).rejects.toThrow(message);
});
