import { describe, expect, test } from "@jest/globals";
import { accepted, down, refused, setUpWebhookRuns } from "./webhook-runs.ts";

const throttled = () => Promise.reject(new Error("throttled"));

describe("if the bridge itself fails, a job", () => {
  test("that cannot be claimed returns later and later, and the server is not called in the meantime", async () => {
    const { run, jobs, calls, timeouts, events } = setUpWebhookRuns();
    const { claim } = jobs;
    jobs.claim = throttled;
    for (let tries = 1; tries <= 3; tries += 1) expect(await run()).toBe("retry");
    expect(timeouts).toEqual([1_000, 3_000, 8_000]);
    expect([calls.length, events()[0]]).toEqual([0, "job_failed"]);
    jobs.claim = claim;
    expect(await run()).toBe("done");
    expect(calls).toHaveLength(1);
  });

  test("that was accepted but cannot be marked as such is not delivered a second time", async () => {
    const { run, jobs, calls, events } = setUpWebhookRuns();
    jobs.complete = throttled;
    expect(await run()).toBe("done");
    expect(calls).toHaveLength(1);
    expect(events()).toEqual(["job_delivered", "job_completion_not_saved"]);
  });

  test("that was moved to the dead letters but cannot be marked as such is not moved a second time", async () => {
    const { run, jobs, deadLetters } = setUpWebhookRuns({ answers: [refused] });
    jobs.complete = throttled;
    expect(await run()).toBe("done");
    expect(deadLetters.added).toHaveLength(1);
  });

  test("that cannot be moved to the dead letters returns and is not marked as done: it would be lost", async () => {
    const { run, deadLetters, record, timeouts, log } = setUpWebhookRuns({ answers: [refused] });
    const { add } = deadLetters;
    deadLetters.add = throttled;
    expect(await run()).toBe("retry");
    expect(record()).toMatchObject({ state: "running", token: undefined });
    expect(timeouts).toEqual([1_000]);
    expect(log.lines.map(({ event }) => event)).not.toContain("job_given_up");
    deadLetters.add = add;
    expect(await run()).toBe("done");
    expect(deadLetters.added).toMatchObject([{ reason: "HTTP 404", tries: 2 }]);
  });

  test("whose bot cannot be read has the same 15 minutes, and then is moved to the dead letters with the reason", async () => {
    const { runOut, bots, deadLetters, calls, clock, start, log } = setUpWebhookRuns();
    bots.find = throttled;
    await runOut();
    expect(clock.now() - start).toBe(15 * 60_000);
    expect(calls).toEqual([]);
    expect(deadLetters.added).toMatchObject([{ reason: "Error: throttled", tries: 16 }]);
    expect(log.lines[0]).toMatchObject({ level: "error", event: "job_failed" });
  });

  test("whose bot can be read again is delivered to it", async () => {
    const { runOut, bots, record } = setUpWebhookRuns();
    const { find } = bots;
    bots.find = () => {
      bots.find = find;
      return throttled();
    };
    expect(await runOut()).toEqual([1_000]);
    expect(record()).toMatchObject({ outcome: "delivered" });
  });

  test("that cannot be released still waits for as long as its server asks, and is claimed when its lease has expired", async () => {
    const { runOut, jobs, events } = setUpWebhookRuns({ answers: [down(12_000), accepted] });
    jobs.release = throttled;
    expect(await runOut()).toEqual([12_000, 5_000]);
    expect(events()).toContain("job_lease_not_released");
  });

  test("whose visibility cannot be changed returns when the queue delivers it, and is released for that", async () => {
    const { run, queue, record, events } = setUpWebhookRuns({ answers: [down()] });
    queue.hideFor = throttled;
    expect(await run()).toBe("retry");
    expect(record()).toMatchObject({ token: undefined });
    expect(events()).toContain("job_not_hidden");
  });

  test("that another worker has taken over logs that", async () => {
    const { run, server, jobs, id, log } = setUpWebhookRuns();
    server.call = async () => {
      jobs.plant(id, { token: "other" });
      return { status: "accepted" };
    };
    expect(await run()).toBe("done");
    expect(log.lines.at(-1)).toMatchObject({ level: "error", event: "job_lease_lost" });
  });
});
