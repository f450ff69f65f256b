import { describe, expect, test } from "@jest/globals";
import { jobIdOf, jobKeyOf } from "#core/jobs/job.ts";
import { rememberJobForMs } from "#core/jobs/job-store.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";
import { answered, setUpTurnRuns, throttled, undelivered } from "./turn-runs.ts";

describe("a turn over the IM", () => {
  test("is reported with its outcome and the user's time to first text", async () => {
    const { run, turnMetrics, clock } = setUpTurnRuns();
    await clock.advance(900);
    await run();
    expect(turnMetrics.notes).toEqual([
      { name: "TurnEnded", ms: 900, dimensions: { channel: "im", outcome: "answered" } },
      { name: "FirstText", ms: 40, dimensions: { channel: "im" } },
    ]);
    expect(turnMetrics.counts).toEqual([]);
  });

  test("that was truncated counts as answered, so that it raises no alarm, and its log line says truncated", async () => {
    const { run, turnMetrics, log, model } = setUpTurnRuns();
    model.answer = async () => ({ ...answered, outcome: { status: "truncated", reason: "length" } });
    await run();
    expect(turnMetrics.notes[0]).toMatchObject({
      name: "TurnEnded",
      dimensions: { outcome: "answered" },
    });
    expect(log.lines).toMatchObject([
      { level: "info", event: "job_delivered", fields: { outcome: "truncated" } },
    ]);
  });

  test("whose model failed is reported with the reason, and without a time to first text", async () => {
    const { run, turnMetrics, model } = setUpTurnRuns();
    model.answer = async () => ({
      ...answered,
      outcome: { status: "failed", code: "model", retryable: false, detail: "HTTP 400" },
      firstTextAt: undefined,
    });
    await run();
    expect(turnMetrics.notes.map(({ dimensions }) => dimensions)).toEqual([
      { channel: "im", outcome: "failed" },
    ]);
    expect(turnMetrics.counts).toEqual([
      { name: "ModelFailed", dimensions: { integration: "dify_chatflow", code: "model" } },
    ]);
  });
});

describe("a job for Dify", () => {
  test("is answered by the bot's current configuration, remembered, and logged in one line without text or keys", async () => {
    const { run, forwarded, job, record, log, metrics, clock } = setUpTurnRuns();
    expect(await run()).toBe("done");
    expect(forwarded).toEqual([
      {
        id: jobKeyOf(jobIdOf(job)),
        acceptedAt: job.acceptedAt,
        appKey: "app-one",
        bot: bot(),
        integration: difyIntegration(),
        event: job.event,
      },
    ]);
    expect(record()).toMatchObject({
      state: "done",
      outcome: "answered",
      expiresAt: clock.now() + rememberJobForMs,
    });
    expect(log.lines).toEqual([
      {
        level: "info",
        event: "job_delivered",
        fields: expect.objectContaining({
          outcome: "answered",
          model: "answered",
          firstTextMs: 40,
          modelCalls: 1,
          tries: 1,
        }),
      },
    ]);
    expect(metrics.notes).toEqual([
      { name: "JobDelivered", ms: 0, dimensions: { integration: "dify_chatflow" } },
    ]);
    expect(JSON.stringify([log.lines, metrics.notes])).not.toMatch(/hello|app-secret-key/);
  });

  test("that was done before is not answered again", async () => {
    const { run, forwarded, events } = setUpTurnRuns();
    await run();
    expect(await run()).toBe("done");
    expect(forwarded).toHaveLength(1);
    expect(events()).toEqual(["job_delivered", "job_repeated"]);
  });

  test("is answered by its own integration, whatever others the bot has", async () => {
    const { run, bots, forwarded } = setUpTurnRuns();
    const integrations = [webhookIntegration(), difyIntegration({ type: "dify_chat" }), difyIntegration()];
    bots.open = async () => bot({ integrations });
    await run();
    expect(forwarded[0]?.integration).toEqual(integrations[2]);
  });

  test.each([
    ["was deleted", undefined],
    ["no longer has the integration", bot({ integrations: [webhookIntegration()] })],
    ["has disabled it", bot({ integrations: [difyIntegration({ enabled: false })] })],
  ])("whose bot %s is dropped with a log line", async (_, found) => {
    const { run, bots, forwarded, record, log } = setUpTurnRuns();
    bots.open = async () => found;
    expect(await run()).toBe("done");
    expect(forwarded).toHaveLength(0);
    expect(record()).toMatchObject({ state: "done", outcome: "dropped" });
    expect(log.lines).toMatchObject([{ level: "info", event: "job_dropped" }]);
  });

  test("that was answered but could not be marked as such does not return: it would be answered twice", async () => {
    const { run, jobs, log } = setUpTurnRuns();
    jobs.complete = throttled;
    expect(await run()).toBe("done");
    expect(log.lines.at(-1)).toMatchObject({ level: "warn", event: "job_completion_not_saved" });
  });

  test("whose Dify failed is no dead letter, because its user was told; the line is an error", async () => {
    const { run, model, deadLetters, log } = setUpTurnRuns();
    const outcome = { status: "failed", code: "refused", retryable: false, detail: "HTTP 401" } as const;
    model.answer = async () => ({ ...answered, outcome });
    expect(await run()).toBe("done");
    expect(deadLetters.added).toEqual([]);
    expect(log.lines).toMatchObject([
      {
        level: "error",
        event: "job_delivered",
        fields: { outcome: "failed", code: "refused", detail: "HTTP 401" },
      },
    ]);
  });

  test.each(["stopped", "unreadable"] as const)("that ends as %s is not a failure", async (status) => {
    const { run, model, log } = setUpTurnRuns();
    model.answer = async () => ({ ...answered, outcome: { status } });
    await run();
    expect(log.lines).toMatchObject([{ level: "info", event: "job_delivered" }]);
  });
});

describe("an answer that the IM rejects", () => {
  test("is moved to the dead letters with its reason: its user has nothing", async () => {
    const { run, model, deadLetters, job, record, log, metrics } = setUpTurnRuns();
    model.answer = async () => undelivered;
    expect(await run()).toBe("done");
    expect(deadLetters.added).toEqual([{ job, reason: "the IM answered HTTP 403", tries: 1 }]);
    expect(record()).toMatchObject({ state: "done", outcome: "given_up" });
    expect(log.lines).toMatchObject([
      { level: "error", event: "job_given_up", fields: { reason: "the IM answered HTTP 403" } },
    ]);
    expect(metrics.notes.map(({ name }) => name)).toEqual(["JobGivenUp"]);
  });

  test("and that cannot be moved to the dead letters returns", async () => {
    const { run, model, deadLetters, record, events } = setUpTurnRuns();
    model.answer = async () => undelivered;
    deadLetters.add = throttled;
    expect(await run()).toBe("retry");
    expect(record()).toMatchObject({ state: "running", token: undefined });
    expect(events()).not.toContain("job_given_up");
  });
});
