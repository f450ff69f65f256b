import { describe, expect, test } from "@jest/globals";
import { answered, setUpTurnRuns, throttled } from "./turn-runs.ts";

/** A job that Dify takes this long to answer. */
const setUpLong = (answerMs: number) => {
  const runs = setUpTurnRuns();
  runs.model.answer = async () => {
    await runs.clock.sleep(answerMs);
    return answered;
  };
  return runs;
};

describe("the lease of a job for Dify", () => {
  test("is renewed by a heartbeat while the answer arrives, so that another worker takes over within 25 s of a crash", async () => {
    const { run, jobs, seconds, hidden, clock } = setUpLong(20_000);
    const renewals: string[] = [];
    const { renew } = jobs;
    jobs.renew = (id, lease) => {
      renewals.push(`to ${seconds(lease.expiresAt)}`);
      return renew(id, lease);
    };
    const running = run();
    await clock.advance(30_000);
    expect(await running).toBe("done");
    // The worker itself hides the message first (adapters/sqs/worker.ts).
    expect(hidden).toEqual(["25 s at 8 s", "25 s at 16 s"]);
    expect(renewals).toEqual(["to 33 s", "to 41 s"]);
  });

  test("is renewed by the checkpoints of an answer, and by a heartbeat only after eight seconds without one", async () => {
    const { run, jobs, model, im, seconds, hidden, clock, record } = setUpTurnRuns();
    const renewals: string[] = [];
    const { renew } = jobs;
    jobs.renew = (id, lease) => {
      renewals.push(`to ${seconds(lease.expiresAt)}`);
      return renew(id, lease);
    };
    model.answer = async () => {
      for (let seq = 1; seq <= 6; seq += 1) {
        await clock.sleep(3_000);
        await im.lease()?.saveOpen?.({ messageUID: "m1", seq });
      }
      expect(seconds(record()?.expiresAt ?? 0)).toBe("43 s");
      // Later than the lease of the claim, which no heartbeat has renewed.
      await clock.sleep(7_000);
      expect(im.lease()?.isHeld()).toBe(true);
      await clock.sleep(2_000);
      return answered;
    };
    const running = run();
    await clock.advance(40_000);
    expect(await running).toBe("done");
    expect(hidden).toEqual(["25 s at 8 s", "25 s at 16 s", "25 s at 24 s"]);
    expect(renewals).toEqual(["to 51 s"]);
  });

  test("no longer lets anything reach the user once the turn has returned, even without an end", async () => {
    const { run, model, im, clock } = setUpTurnRuns();
    const held: (boolean | undefined)[] = [];
    model.answer = async () => {
      held.push(im.lease()?.isHeld());
      return { status: "busy" };
    };
    const running = run();
    await clock.advance(0);
    await running;
    held.push(im.lease()?.isHeld());
    expect(held).toEqual([true, false]);
  });

  test("that cannot be renewed for a moment does not disturb the answer", async () => {
    const { run, jobs, log, clock } = setUpLong(10_000);
    jobs.renew = throttled;
    const running = run();
    await clock.advance(30_000);
    expect(await running).toBe("done");
    expect(log.lines[0]).toMatchObject({ level: "warn", event: "job_lease_not_renewed" });
  });

  test("that could not be renewed for its whole duration stops the answer: another worker may have the job by then", async () => {
    const { run, jobs, limits, model, clock } = setUpTurnRuns();
    jobs.renew = throttled;
    model.answer = async () => {
      await clock.sleep(60_000);
      return {
        ...answered,
        outcome: { status: "abandoned" },
        delivery: { status: "undelivered", reason: "abandoned" },
      };
    };
    const running = run();
    await clock.advance(24_000);
    expect(limits[0]?.signal.aborted).toBe(false);
    await clock.advance(60_000);
    expect(limits[0]?.signal.aborted).toBe(true);
    expect(await running).toBe("retry");
  });

  test("that another worker has taken over stops this one's answer, which neither ends the job nor reports its end", async () => {
    const { run, jobs, id, model, queue, limits, clock, record, deadLetters, events } = setUpTurnRuns();
    model.answer = async () => {
      jobs.plant(id, { token: "other", tries: 2 });
      await clock.sleep(10_000);
      return {
        ...answered,
        outcome: { status: "abandoned" },
        delivery: { status: "undelivered", reason: "abandoned" },
      };
    };
    queue.hideFor = () => Promise.reject(new Error("the receipt is stale"));
    const running = run();
    await clock.advance(30_000);
    expect(await running).toBe("retry");
    expect(limits[0]?.signal.aborted).toBe(true);
    expect(record()).toMatchObject({ state: "running", token: "other" });
    expect(events()).toContain("job_lease_lost");
    expect(events()).not.toContain("job_delivered");
    expect(deadLetters.added).toEqual([]);
  });

  test("that was lost after the answer was sent is logged", async () => {
    const { run, jobs, id, model, log } = setUpTurnRuns();
    model.answer = async () => {
      jobs.plant(id, { token: "other" });
      return answered;
    };
    expect(await run()).toBe("done");
    expect(log.lines.at(-1)).toMatchObject({ level: "error", event: "job_lease_lost" });
  });

  test("held by another worker makes the job return later each time, and each time counts", async () => {
    const { run, jobs, id, forwarded, hidden, record, clock } = setUpTurnRuns();
    jobs.plant(id, { token: "other", expiresAt: clock.now() + 60_000, tries: 1 });
    expect(await run()).toBe("retry");
    expect(await run()).toBe("retry");
    expect(forwarded).toHaveLength(0);
    expect(hidden).toEqual(["10 s at 0 s", "20 s at 0 s"]);
    expect(record()).toMatchObject({ token: "other", tries: 3 });
  });
});

describe("a failure of our own", () => {
  test.each([
    [1, "5 s"],
    [3, "20 s"],
    [9, "300 s"],
  ])("at attempt %i postpones the job for %s, free for the next worker", async (tries, pause) => {
    const { run, model, record, hidden, log, clock } = setUpTurnRuns({ tries: tries - 1 });
    model.answer = throttled;
    expect(await run()).toBe("retry");
    expect(record()).toMatchObject({ state: "running", token: undefined, expiresAt: clock.now(), tries });
    expect(hidden.at(-1)).toBe(`${pause} at 0 s`);
    expect(log.lines).toMatchObject([
      { level: "info", event: "job_tried", fields: { tries, reason: "Error: throttled" } },
      { level: "error", event: "job_failed", fields: { tries } },
    ]);
  });

  test("that keeps the bot from being read is retried too", async () => {
    const { run, bots, forwarded, hidden, record } = setUpTurnRuns();
    bots.open = throttled;
    expect(await run()).toBe("retry");
    expect(forwarded).toEqual([]);
    expect(hidden.at(-1)).toBe("5 s at 0 s");
    expect(record()).toMatchObject({ token: undefined });
  });

  test("that keeps the job from being claimed is counted by the queue instead", async () => {
    const { run, jobs, forwarded, hidden, log } = setUpTurnRuns();
    jobs.claim = throttled;
    expect(await run(4)).toBe("retry");
    expect(forwarded).toEqual([]);
    expect(hidden).toEqual(["40 s at 0 s"]);
    expect(log.lines).toMatchObject([{ level: "error", event: "job_failed", fields: { tries: 4 } }]);
  });

  test("that keeps the job from being released, or its visibility from being changed, leaves it to the lease and the queue", async () => {
    const { run, jobs, model, queue, events } = setUpTurnRuns();
    model.answer = throttled;
    jobs.release = throttled;
    queue.hideFor = throttled;
    expect(await run()).toBe("retry");
    expect(events()).toEqual(expect.arrayContaining(["job_lease_not_released", "job_not_hidden"]));
  });
});

describe("a delivery that is found out not to be the job's latest", () => {
  test("asks no model, gives the slot back, and leaves the job to the latest as it was", async () => {
    const { run, queue, forwarded, slots, record, hidden, events } = setUpTurnRuns({ tries: 3 });
    queue.isLatest = Promise.resolve(false);
    expect(await run()).toBe("done");
    expect([forwarded, hidden, events()]).toEqual([[], [], []]);
    expect(slots.log).toEqual(["granted", "undone"]);
    expect(record()).toMatchObject({ tries: 3, token: undefined });
    queue.isLatest = Promise.resolve(true);
    expect(await run()).toBe("done");
    expect(forwarded).toHaveLength(1);
  });

  test("does not disturb the worker that has the job", async () => {
    const { run, queue, jobs, id, forwarded, hidden, record, clock } = setUpTurnRuns();
    await jobs.claim(id, { token: "the latest's", expiresAt: clock.now() + 25_000 });
    queue.isLatest = Promise.resolve(false);
    expect(await run()).toBe("done");
    expect([forwarded, hidden]).toEqual([[], []]);
    expect(record()).toMatchObject({ token: "the latest's", state: "running" });
  });

  test("asks the model only once that is known", async () => {
    const { run, queue, forwarded, clock } = setUpTurnRuns();
    const latest = Promise.withResolvers<boolean>();
    queue.isLatest = latest.promise;
    const running = run();
    await clock.advance(1_000);
    expect(forwarded).toEqual([]);
    latest.resolve(true);
    expect(await running).toBe("done");
    expect(forwarded).toHaveLength(1);
  });
});
