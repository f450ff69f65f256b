import { describe, expect, test } from "@jest/globals";
import { accepted, down, refused, setUpWebhookRuns } from "./webhook-runs.ts";

const minutes = 60_000;
const inSeconds = (ms: number): number => ms / 1000;

describe("a server that is down", () => {
  test("is called at 0, 1, 4, 12, 32 and 77 s, then every 90 s, and a last time after 15 minutes", async () => {
    const { runOut, calls, deadLetters, job } = setUpWebhookRuns({ answers: [down()] });
    await runOut();
    expect(calls.map(({ atMs }) => inSeconds(atMs))).toEqual([
      0, 1, 4, 12, 32, 77, 167, 257, 347, 437, 527, 617, 707, 797, 887, 900,
    ]);
    expect(deadLetters.added).toEqual([{ job, reason: "HTTP 503", tries: 16 }]);
  });

  test("is retried up to a quarter later, so that jobs that failed together do not return together", async () => {
    const { runOut } = setUpWebhookRuns({ answers: [down()], random: 1 });
    expect((await runOut()).slice(0, 7).map(inSeconds)).toEqual([1.25, 3.75, 10, 25, 56.25, 112.5, 112.5]);
  });

  test("has the first three attempts within 10 s if it fails quickly", async () => {
    const { runOut, calls } = setUpWebhookRuns({ answers: [down()], answerMs: 1_000, random: 1 });
    await runOut();
    expect(calls[2]?.atMs).toBeLessThan(10_000);
  });

  test("gets no late copy of the job, which is not moved to the dead letters again", async () => {
    const { runOut, run, calls, deadLetters, clock } = setUpWebhookRuns({ answers: [down()] });
    await runOut();
    await clock.advance(60 * minutes);
    const before = calls.length;
    expect(await run()).toBe("done");
    expect([calls.length, deadLetters.added.length]).toEqual([before, 1]);
  });

  test("releases the job between two attempts: the next worker need not wait for the lease", async () => {
    const { run, record, clock } = setUpWebhookRuns({ answers: [down()] });
    expect(await run()).toBe("retry");
    expect(record()).toMatchObject({ state: "running", token: undefined, expiresAt: clock.now() });
  });
});

describe("a server that asks for a pause", () => {
  test("gets it, if that is longer than the usual pause", async () => {
    const answers = [down(30_000), down(2_000), down(0), accepted];
    const { runOut } = setUpWebhookRuns({ answers });
    expect((await runOut()).map(inSeconds)).toEqual([30, 3, 8]);
  });

  test("longer than the remaining time has one last call when the time is up", async () => {
    const { runOut, calls, deadLetters } = setUpWebhookRuns({
      answers: [down(), down(15 * minutes), down()],
    });
    await runOut();
    expect(calls.map(({ atMs }) => inSeconds(atMs))).toEqual([0, 1, 900]);
    expect(deadLetters.added).toMatchObject([{ tries: 3 }]);
  });
});

describe("a job that comes late", () => {
  const acceptedAt = Date.UTC(2026, 0, 1) - 15 * minutes;

  test("has exactly one attempt, so that a dead server's backlog drains", async () => {
    const { runOut, calls, deadLetters } = setUpWebhookRuns({ answers: [down()], job: { acceptedAt } });
    expect(await runOut()).toEqual([]);
    expect(calls).toHaveLength(1);
    expect(deadLetters.added).toMatchObject([{ reason: "HTTP 503", tries: 1 }]);
  });

  test("is delivered by it if the server is back", async () => {
    const { runOut, deadLetters, record } = setUpWebhookRuns({
      job: { acceptedAt: acceptedAt - 60 * minutes },
    });
    await runOut();
    expect(record()).toMatchObject({ outcome: "delivered" });
    expect(deadLetters.added).toEqual([]);
  });

  test("from the dead letters has another 15 minutes from then", async () => {
    const redrivenAt = Date.UTC(2026, 0, 1) - 10 * minutes;
    const { runOut, calls, deadLetters, job } = setUpWebhookRuns({
      answers: [down()],
      job: { acceptedAt: acceptedAt - 60 * minutes, redrivenAt },
    });
    await runOut();
    expect(calls.map(({ atMs }) => inSeconds(atMs))).toEqual([0, 1, 4, 12, 32, 77, 167, 257, 300]);
    expect(deadLetters.added).toMatchObject([{ job, tries: 9 }]);
  });
});

describe("a server that rejects a job", () => {
  test.each([
    ["at once", [refused], 1],
    ["after it was down", [down(), down(), refused], 3],
  ])("%s is not called again, and the job is moved to the dead letters", async (_, answers, tries) => {
    const { runOut, calls, deadLetters, job, record } = setUpWebhookRuns({ answers });
    await runOut();
    expect(calls).toHaveLength(tries);
    expect(deadLetters.added).toEqual([{ job, reason: "HTTP 404", tries }]);
    expect(record()).toMatchObject({ state: "done", outcome: "given_up" });
  });
});
