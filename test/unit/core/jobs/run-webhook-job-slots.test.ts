import { expect, test } from "@jest/globals";
import { setUpWebhookRuns } from "./webhook-runs.ts";

test("an event whose bot has no free slot waits, is not sent, and uses up no try", async () => {
  const { run, slots, calls, timeouts, record, log } = setUpWebhookRuns();
  slots.refuse("bot");
  for (let n = 0; n < 20; n += 1) expect(await run()).toBe("retry");
  expect(calls).toEqual([]);
  expect(timeouts).toEqual(Array.from({ length: 20 }, () => 1_000));
  expect(record()).toMatchObject({ tries: 0 });
  expect(log.lines[0]).toMatchObject({ level: "info", event: "job_postponed", fields: { limit: "bot" } });
  slots.refuse(undefined);
  expect(await run()).toBe("done");
  expect(calls).toHaveLength(1);
});

test("an event that waits for a slot for 15 minutes goes to the dead letters", async () => {
  const { runOut, slots, deadLetters, calls, clock, start } = setUpWebhookRuns();
  slots.refuse("app");
  const pauses = await runOut();
  expect(calls).toEqual([]);
  expect(pauses.length).toBeLessThan(100);
  expect(clock.now() - start).toBeLessThan(16 * 60_000);
  expect(deadLetters.added).toMatchObject([
    { reason: "the app's webhook calls were all in use for 15 minutes" },
  ]);
});

test("an event's slots are released after each try, and undone if another worker has it", async () => {
  const { run, slots, jobs, id, clock } = setUpWebhookRuns();
  jobs.plant(id, { state: "running", token: "another's", expiresAt: clock.now() + 1_000 });
  await run();
  await clock.advance(1_000);
  await run();
  expect(slots.log).toEqual(["granted", "undone", "granted", "released"]);
});
