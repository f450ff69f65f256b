import { describe, expect, test } from "@jest/globals";
import { rememberJobForMs } from "#core/jobs/job-store.ts";
import { bot, difyIntegration, webhookIntegration } from "../../../support/turns.ts";
import { down, refused, setUpWebhookRuns, taken, webhookBot } from "./webhook-runs.ts";

describe("a job for a webhook", () => {
  test("is brought to the bot's server as the bot stands now, once, and remembered as delivered", async () => {
    const { run, calls, job, holds, record, clock } = setUpWebhookRuns();
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
    expect(holds).toEqual([]);
    expect(record()).toMatchObject({
      state: "done",
      outcome: "delivered",
      expiresAt: clock.now() + rememberJobForMs,
    });
  });

  test("that comes again once it is done is not brought again", async () => {
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
    ["is gone", []],
    ["has no webhook any more", [bot()]],
    ["has switched it off", [bot({ integrations: [webhookIntegration({ enabled: false })] })]],
  ])("whose bot %s is dropped with a line in the log", async (_, found) => {
    const { run, calls, record, log, deadLetters } = setUpWebhookRuns({ found });
    expect(await run()).toBe("done");
    expect(calls).toEqual([]);
    expect(record()).toMatchObject({ state: "done", outcome: "dropped" });
    expect(log.lines).toMatchObject([{ level: "info", event: "job_dropped" }]);
    expect(deadLetters.added).toEqual([]);
  });

  test("that another worker has in hand comes back in five seconds, and nobody is called twice", async () => {
    const { run, calls, id, jobs, holds, start, clock, record } = setUpWebhookRuns();
    jobs.plant(id, { token: "other", expiresAt: start + 6_000, tries: 1 });
    expect(await run()).toBe("retry");
    expect(holds).toEqual([5_000]);
    expect([calls.length, record()?.token]).toEqual([0, "other"]);
    await clock.advance(6_000);
    expect(await run()).toBe("done");
    expect(calls).toHaveLength(1);
  });

  test("whose worker died is held by it for no longer than 15 s", async () => {
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

describe("a server that takes a job late", () => {
  test("is called with the same id at each try, and then no more", async () => {
    const { runOut, calls, record, log } = setUpWebhookRuns({ answers: [down(), down(), taken] });
    expect(await runOut()).toEqual([1_000, 3_000]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(1);
    expect(record()).toMatchObject({ state: "done", outcome: "delivered" });
    expect(log.lines.at(-1)).toMatchObject({ event: "job_delivered", fields: { tries: 3 } });
  });

  test("meets the bot as it stands at each try: a server that has moved is found", async () => {
    const { runOut, bots, server, calls } = setUpWebhookRuns();
    const moved = webhookIntegration({ callbackUrl: "https://moved.example/" });
    server.call = async () => {
      bots.find = async () => [bot({ integrations: [moved] })];
      server.call = async () => taken;
      return down();
    };
    await runOut();
    expect(calls.map(({ integration }) => integration.callbackUrl)).toEqual([
      "https://yourserver.com/callback",
      "https://moved.example/",
    ]);
  });

  test("of a bot that was deleted in the meantime is not called again", async () => {
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

describe("what is told of a job", () => {
  test("is each try and its end, with times and the reason, and no text, address or key", async () => {
    const { runOut, log, metrics } = setUpWebhookRuns({ answers: [down(), taken], answerMs: 200 });
    await runOut();
    const ids = {
      app: "app-one",
      bot: "bot-helpdesk",
      integration: "webhook",
      msgUID: "C3JH-8VQ4-0000-0001",
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

  test("of one that is refused is the try, and as an error that it was given up", async () => {
    const { runOut, log, metrics } = setUpWebhookRuns({ answers: [refused] });
    await runOut();
    expect(log.lines).toMatchObject([
      { level: "info", event: "job_tried", fields: { tries: 1, reason: "HTTP 404" } },
      { level: "error", event: "job_given_up", fields: { tries: 1, reason: "HTTP 404" } },
    ]);
    expect(metrics.notes.map(({ name }) => name)).toEqual(["JobTried", "JobGivenUp"]);
  });
});
