import { describe, expect, test } from "@jest/globals";
import { down, refused, setUpWebhookRuns, taken } from "./webhook-runs.ts";

const throttled = () => Promise.reject(new Error("throttled"));

describe("where the bridge itself fails, a job", () => {
  test("that cannot be claimed comes again later and later, and nobody is called meanwhile", async () => {
    const { run, jobs, calls, holds, events } = setUpWebhookRuns();
    const { claim } = jobs;
    jobs.claim = throttled;
    for (let tries = 1; tries <= 3; tries += 1) expect(await run()).toBe("retry");
    expect(holds).toEqual([1_000, 3_000, 8_000]);
    expect([calls.length, events()[0]]).toEqual([0, "job_failed"]);
    jobs.claim = claim;
    expect(await run()).toBe("done");
    expect(calls).toHaveLength(1);
  });

  test("that was taken but cannot be marked so is not brought a second time", async () => {
    const { run, jobs, calls, events } = setUpWebhookRuns();
    jobs.complete = throttled;
    expect(await run()).toBe("done");
    expect(calls).toHaveLength(1);
    expect(events()).toEqual(["job_delivered", "job_completion_not_saved"]);
  });

  test("that was buried but cannot be marked so is not buried a second time", async () => {
    const { run, jobs, deadLetters } = setUpWebhookRuns({ answers: [refused] });
    jobs.complete = throttled;
    expect(await run()).toBe("done");
    expect(deadLetters.added).toHaveLength(1);
  });

  test("that cannot be buried comes again and is not marked as done: it would be lost", async () => {
    const { run, deadLetters, record, holds, log } = setUpWebhookRuns({ answers: [refused] });
    const { add } = deadLetters;
    deadLetters.add = throttled;
    expect(await run()).toBe("retry");
    expect(record()).toMatchObject({ state: "running", token: undefined });
    expect(holds).toEqual([1_000]);
    expect(log.lines.map(({ event }) => event)).not.toContain("job_given_up");
    deadLetters.add = add;
    expect(await run()).toBe("done");
    expect(deadLetters.added).toMatchObject([{ reason: "HTTP 404", tries: 2 }]);
  });

  test("whose bot cannot be read has the same 15 minutes, and then lies in the dead letters with the reason", async () => {
    const { runOut, bots, deadLetters, calls, clock, start, log } = setUpWebhookRuns();
    bots.find = throttled;
    await runOut();
    expect(clock.now() - start).toBe(15 * 60_000);
    expect(calls).toEqual([]);
    expect(deadLetters.added).toMatchObject([{ reason: "Error: throttled", tries: 16 }]);
    expect(log.lines[0]).toMatchObject({ level: "error", event: "job_failed" });
  });

  test("whose bot can be read again is brought to it", async () => {
    const { runOut, bots, record } = setUpWebhookRuns();
    const { find } = bots;
    bots.find = () => {
      bots.find = find;
      return throttled();
    };
    expect(await runOut()).toEqual([1_000]);
    expect(record()).toMatchObject({ outcome: "delivered" });
  });

  test("that cannot be let go is still left alone for as long as its server asks, and taken when its lease is over", async () => {
    const { runOut, jobs, events } = setUpWebhookRuns({ answers: [down(12_000), taken] });
    jobs.release = throttled;
    expect(await runOut()).toEqual([12_000, 5_000]);
    expect(events()).toContain("job_lease_not_released");
  });

  test("that cannot be held back comes when the queue hands it out, and is let go for it", async () => {
    const { run, queue, record, events } = setUpWebhookRuns({ answers: [down()] });
    queue.hideFor = throttled;
    expect(await run()).toBe("retry");
    expect(record()).toMatchObject({ token: undefined });
    expect(events()).toContain("job_not_hidden");
  });

  test("that another worker has taken over says so in the log", async () => {
    const { run, server, jobs, id, log } = setUpWebhookRuns();
    server.call = async () => {
      jobs.plant(id, { token: "other" });
      return { status: "accepted" };
    };
    expect(await run()).toBe("done");
    expect(log.lines.at(-1)).toMatchObject({ level: "error", event: "job_lease_lost" });
  });
});
