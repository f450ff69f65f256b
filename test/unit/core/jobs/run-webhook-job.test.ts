import { describe, expect, test } from "@jest/globals";
import { rememberJobForMs } from "#core/jobs/job-store.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";
import { accepted, down, refused, setUpWebhookRuns, webhookBot } from "./webhook-runs.ts";

describe("a job for a webhook", () => {
  test("is delivered to the bot's currently configured server, once, and remembered as delivered", async () => {
    const { run, calls, job, timeouts, record, clock } = setUpWebhookRuns();
    expect(await run()).toBe("done");
    expect(calls).toEqual([
      {
        appKey: "app-one",
        bot: webhookBot,
        integration: webhookIntegration(),
        event: job.event,
        id: "msg message:private C3JH-8VQ4-0000-0001 bot-helpdesk",
        atMs: 0,
      },
    ]);
    expect(timeouts).toEqual([]);
    expect(record()).toMatchObject({
      state: "done",
      outcome: "delivered",
      expiresAt: clock.now() + rememberJobForMs,
    });
  });

  test("that returns once it is done is not delivered again", async () => {
    const { run, calls, events, metrics } = setUpWebhookRuns();
    await run();
    expect(await run()).toBe("done");
    expect(calls).toHaveLength(1);
    expect(events()).toEqual(["job_delivered", "job_repeated"]);
    expect(metrics.notes.map(({ name }) => name)).toEqual(["JobDelivered", "JobRepeated"]);
  });

  test("finds the webhook among the bot's other integrations", async () => {
    const integrations = [difyIntegration(), webhookIntegration({ callbackUrl: "https://other.example/" })];
    const { run, calls } = setUpWebhookRuns({ found: [bot({ integrations })] });
    await run();
    expect(calls[0]?.integration).toEqual(integrations[1]);
  });

  test.each([
    ["was deleted", []],
    ["no longer has a webhook", [bot()]],
    ["has disabled it", [bot({ integrations: [webhookIntegration({ enabled: false })] })]],
  ])("whose bot %s is dropped with a log line", async (_, found) => {
    const { run, calls, record, log, deadLetters } = setUpWebhookRuns({ found });
    expect(await run()).toBe("done");
    expect(calls).toEqual([]);
    expect(record()).toMatchObject({ state: "done", outcome: "dropped" });
    expect(log.lines).toMatchObject([{ level: "info", event: "job_dropped" }]);
    expect(deadLetters.added).toEqual([]);
  });

  test("that another worker has returns in five seconds, and the server is not called twice", async () => {
    const { run, calls, id, jobs, timeouts, start, clock, record } = setUpWebhookRuns();
    jobs.plant(id, { token: "other", expiresAt: start + 6_000, tries: 1 });
    expect(await run()).toBe("retry");
    expect(timeouts).toEqual([5_000]);
    expect([calls.length, record()?.token]).toEqual([0, "other"]);
    await clock.advance(6_000);
    expect(await run()).toBe("done");
    expect(calls).toHaveLength(1);
  });

  test("whose worker died is leased to it for no longer than 15 s", async () => {
    const { run, server, clock, calls } = setUpWebhookRuns();
    const { call } = server;
    server.call = () => new Promise(() => {});
    run();
    await clock.advance(14_999);
    server.call = call;
    expect(await run()).toBe("retry");
    await clock.advance(1);
    expect(await run()).toBe("done");
    expect(calls.map(({ id }) => id)).toEqual([calls[0]?.id, calls[0]?.id]);
  });
});

describe("a server that accepts a job late", () => {
  test("is called with the same id at each attempt, and then no more", async () => {
    const { runOut, calls, record, log } = setUpWebhookRuns({ answers: [down(), down(), accepted] });
    expect(await runOut()).toEqual([1_000, 3_000]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(1);
    expect(record()).toMatchObject({ state: "done", outcome: "delivered" });
    expect(log.lines.at(-1)).toMatchObject({ event: "job_delivered", fields: { tries: 3 } });
  });

  test("is called with the bot's current configuration at each attempt: a server that has moved is found", async () => {
    const { runOut, bots, server, calls } = setUpWebhookRuns();
    const moved = webhookIntegration({ callbackUrl: "https://moved.example/" });
    server.call = async () => {
      bots.find = async () => [bot({ integrations: [moved] })];
      server.call = async () => accepted;
      return down();
    };
    await runOut();
    expect(calls.map(({ integration }) => integration.callbackUrl)).toEqual([
      "https://yourserver.com/callback",
      "https://moved.example/",
    ]);
  });

  test("is not called again if the bot was deleted in the meantime", async () => {
    const { runOut, bots, server, calls, record } = setUpWebhookRuns();
    server.call = async () => {
      bots.find = async () => [];
      return down();
    };
    await runOut();
    expect(calls).toHaveLength(1);
    expect(record()).toMatchObject({ outcome: "dropped" });
  });
});

describe("the log of a job", () => {
  test("has each attempt and its end, with times and the reason, and no text, address or key", async () => {
    const { runOut, log, metrics } = setUpWebhookRuns({ answers: [down(), accepted], answerMs: 200 });
    await runOut();
    const ids = {
      app: "app-one",
      bot: "bot-helpdesk",
      integration: "webhook",
      msgUID: "C3JH-8VQ4-0000-0001",
      user: "7u of app-one",
      eventType: "message:private",
    };
    expect(log.lines).toEqual([
      {
        level: "info",
        event: "job_tried",
        fields: { ...ids, sinceAcceptedMs: 200, tookMs: 200, tries: 1, reason: "HTTP 503" },
      },
      {
        level: "info",
        event: "job_delivered",
        fields: { ...ids, sinceAcceptedMs: 1_400, tookMs: 200, tries: 2 },
      },
    ]);
    const dimensions = { integration: "webhook" };
    expect(metrics.notes).toEqual([
      { name: "JobTried", ms: 200, dimensions },
      { name: "JobDelivered", ms: 1_400, dimensions },
    ]);
    expect(JSON.stringify([log.lines, metrics.notes])).not.toMatch(/hello|yourserver|u7/);
  });

  test("has the attempt of a rejected one, and an error that it was given up", async () => {
    const { runOut, log, metrics } = setUpWebhookRuns({ answers: [refused] });
    await runOut();
    expect(log.lines).toMatchObject([
      { level: "info", event: "job_tried", fields: { tries: 1, reason: "HTTP 404" } },
      { level: "error", event: "job_given_up", fields: { tries: 1, reason: "HTTP 404" } },
    ]);
    expect(metrics.notes.map(({ name }) => name)).toEqual(["JobTried", "JobGivenUp"]);
  });
});
