import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { sentences } from "#core/answer/sentences.ts";
import { completeReason } from "#core/im/im-messages.ts";
import { answered, setUpTurnRuns, throttled, undelivered } from "./turn-runs.ts";

/** Events while a worker has the job. */
interface RandomEvent {
  readonly answer: "answered" | "undelivered" | "fails" | "dies" | "unreadable";
  /** Parts of the bridge that fail in the meantime. */
  readonly faults: readonly ("claim" | "release" | "add" | "hold" | "renew")[];
}

const randomEvent: fc.Arbitrary<RandomEvent> = fc.record({
  answer: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom("fails" as const, "dies" as const) },
    fc.constantFrom("answered" as const, "undelivered" as const, "unreadable" as const),
  ),
  faults: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    fc.subarray(["claim", "release", "add", "hold", "renew"] as const),
  ),
});

const answers = {
  answered: async () => answered,
  undelivered: async () => undelivered,
  fails: throttled,
  unreadable: async () => answered,
  dies: () => new Promise<never>(() => {}),
};

/** Longer than any pause and any lease. */
const laterMs = 6 * 60_000;

/** Runs the job through random events, then through a time in which Dify's jobs always fail. */
const runThrough = async (randomEvents: readonly RandomEvent[], copies: number) => {
  const runs = setUpTurnRuns();
  const { run, jobs, bots, model, queue, deadLetters, clock } = runs;
  const { claim, release, renew } = jobs;
  const { open } = bots;
  const { hideFor } = queue;
  const { add } = deadLetters;

  const apply = ({ answer, faults }: RandomEvent): void => {
    jobs.claim = faults.includes("claim") ? throttled : claim;
    jobs.release = faults.includes("release") ? throttled : release;
    jobs.renew = faults.includes("renew") ? throttled : renew;
    deadLetters.add = faults.includes("add") ? throttled : add;
    queue.hideFor = faults.includes("hold") ? throttled : hideFor;
    bots.open = answer === "unreadable" ? throttled : open;
    model.answer = answers[answer];
  };

  const workers = randomEvents.values();
  for (let worker = 1; worker < 100; worker += 1) {
    const current = workers.next().value ?? { answer: "fails", faults: [] };
    apply(current);
    const dead = current.answer === "dies" ? [clock.advance(0).then(() => "retry" as const)] : [];
    const result = await Promise.race([run(worker), ...dead]);
    if (result === "done") break;
    // A dead worker sends no more heartbeats.
    jobs.renew = async () => false;
    await clock.advance(laterMs);
  }
  apply({ answer: "answered", faults: [] });
  for (let copy = 0; copy < copies; copy += 1) await run();
  return runs;
};

test("whatever happens on its way, a turn has one end, answered or in the dead letters, and no user is told twice", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(randomEvent, { maxLength: 14 }),
      fc.nat({ max: 2 }),
      async (randomEvents, copies) => {
        const { events, deadLetters, record, shown } = await runThrough(randomEvents, copies);
        const ends = events().filter((event) => ["job_delivered", "job_given_up"].includes(event));
        expect(ends).toHaveLength(1);
        expect(record()?.state).toBe("done");
        expect(deadLetters.added).toHaveLength(ends[0] === "job_given_up" ? 1 : 0);
        expect([[], [sentences.failed]]).toContainEqual(shown());
      },
    ),
  );
});

describe("a job whose worker died", () => {
  test("has the message that it left open closed, and is answered in another", async () => {
    const { run, jobs, id, closed, forwarded } = setUpTurnRuns();
    jobs.plant(id, { tries: 1, open: { messageUID: "m1", seq: 7 } });
    expect(await run()).toBe("done");
    expect(closed).toEqual([{ messageUID: "m1", seq: 7 }]);
    expect(forwarded).toHaveLength(1);
  });

  const open = {
    messageUID: "m1",
    seq: 7,
    sent: { length: 20, hash: "0123456789abcdef", plan: { first: 8, next: 8, growth: 1 } },
  };

  test("goes on with the message that it left open, by the model's reference", async () => {
    const { run, jobs, id, closed, continued, receivers, record } = setUpTurnRuns();
    jobs.plant(id, { tries: 1, open, reference: "r1" });
    expect(await run()).toBe("done");
    expect(continued).toEqual([open]);
    expect(closed).toEqual([]);
    expect(receivers[0]?.earlier).toMatchObject({ reference: "r1", hasText: true });
    expect(record()).toMatchObject({ open: undefined, reference: undefined });
  });

  test("has that message closed as broken off if the model has no answer", async () => {
    const { run, jobs, id, model, closed, closedAs, receivers } = setUpTurnRuns();
    jobs.plant(id, { tries: 1, open, reference: "r1" });
    model.answer = async () => {
      receivers[0]?.earlier?.restart();
      return answered;
    };
    expect(await run()).toBe("done");
    expect(closed).toEqual([{ ...open, seq: 10 }]);
    expect(closedAs.map(([, reason]) => reason)).toEqual([completeReason.brokenOff]);
  });

  test("replaces a message that cannot be continued by the whole answer", async () => {
    const { run, jobs, id, closed, closedAs, continued, receivers } = setUpTurnRuns();
    jobs.plant(id, { tries: 1, open: { messageUID: "m1", seq: 7 }, reference: "r1" });
    expect(await run()).toBe("done");
    expect(continued).toEqual([]);
    expect(closed).toEqual([{ messageUID: "m1", seq: 7 }]);
    expect(closedAs.map(([, reason]) => reason)).toEqual([completeReason.replaced]);
    expect(receivers[0]?.earlier).toMatchObject({ reference: "r1", hasText: false });
  });

  test("has the message closed if its model had not begun, whatever the message has", async () => {
    const { run, jobs, id, closed, continued, receivers } = setUpTurnRuns();
    jobs.plant(id, { tries: 1, open });
    expect(await run()).toBe("done");
    expect(continued).toEqual([]);
    expect(closed).toEqual([open]);
    expect(receivers[0]?.earlier).toBeUndefined();
  });

  test("is answered even if the message cannot be closed, and that is logged", async () => {
    const { run, jobs, id, im, events } = setUpTurnRuns();
    jobs.plant(id, { tries: 1, open: { messageUID: "m1", seq: 7 } });
    im.close = () => Promise.reject(new Error("the IM does not answer"));
    expect(await run()).toBe("done");
    expect(events()).toEqual(expect.arrayContaining(["message_left_open", "job_delivered"]));
  });

  test("is resumed from its worker's checkpoints of the open message, one every three seconds", async () => {
    const { run, model, im, jobs, clock, record } = setUpTurnRuns();
    const notes: number[] = [];
    const { checkpoint } = jobs;
    jobs.checkpoint = (id, token, open) => {
      notes.push(open?.seq ?? 0);
      return checkpoint(id, token, open);
    };
    model.answer = async () => {
      for (let seq = 1; seq <= 20; seq += 1) {
        im.lease()?.onOpen({ messageUID: "m1", seq });
        await clock.sleep(200);
      }
      expect(record()).toMatchObject({ open: { messageUID: "m1", seq: 16 } });
      return answered;
    };
    const running = run();
    await clock.advance(10_000);
    expect(await running).toBe("done");
    expect(notes).toEqual([1, 16]);
    expect(record()?.open).toBeUndefined();
  });
});

describe("a job that another worker seems to have", () => {
  test("returns right after the end of a dead worker's lease, which may be a moment later than the visibility timeout", async () => {
    const { run, jobs, id, clock, hidden } = setUpTurnRuns();
    jobs.plant(id, { tries: 1, token: "dead", expiresAt: clock.now() + 30 });
    expect(await run()).toBe("retry");
    expect(hidden).toEqual(["0.53 s at 0 s"]);
  });

  test("is free for any worker once this one has lost only the conversation", async () => {
    const { run, model, record } = setUpTurnRuns();
    model.answer = async () => ({
      ...answered,
      outcome: { status: "abandoned" },
      delivery: { status: "undelivered", reason: "abandoned" },
    });
    expect(await run()).toBe("retry");
    expect(record()).toMatchObject({ state: "running", token: undefined });
  });
});

describe("a job whose conversation has another turn", () => {
  test("is retried every quarter of a minute, however often it has come already", async () => {
    const { run, model, hidden } = setUpTurnRuns();
    model.answer = async () => ({ status: "busy" });
    await run(30);
    expect(hidden.at(-1)).toBe("15 s at 0 s");
  });

  test("returns, is free for any worker until then, and its user is told nothing", async () => {
    const { run, model, record, hidden, shown, clock } = setUpTurnRuns();
    model.answer = async () => ({ status: "busy" });
    expect(await run()).toBe("retry");
    expect(hidden.at(-1)).toBe("5 s at 0 s");
    expect(record()).toMatchObject({ state: "running", token: undefined, expiresAt: clock.now(), tries: 0 });
    expect(shown()).toEqual([]);
  });

  test("has 20 minutes from its own first delivery, if it waited behind earlier ones of its conversation", async () => {
    const { run, model, queue, deadLetters, clock } = setUpTurnRuns();
    model.answer = async () => ({ status: "busy" });
    await clock.advance(60 * 60_000);
    queue.firstReceivedAt = clock.now();
    expect(await run(1)).toBe("retry");
    expect(deadLetters.added).toEqual([]);
  });

  test("that never becomes free is given up, and the user told", async () => {
    const { run, model, deadLetters, shown, clock } = setUpTurnRuns();
    model.answer = async () => ({ status: "busy" });
    await clock.advance(20 * 60_000);
    expect(await run(80)).toBe("retry");
    await clock.advance(1);
    expect(await run(81)).toBe("done");
    expect(deadLetters.added).toMatchObject([{ reason: "the conversation was busy for 20 minutes" }]);
    expect(shown()).toEqual([sentences.failed]);
  });
});

test("an answer that was not delivered because the turn was lost is left to the other worker", async () => {
  const { run, model, jobs, id, clock, deadLetters } = setUpTurnRuns();
  model.answer = async () => {
    jobs.plant(id, { token: "other" });
    await clock.sleep(10_000);
    return undelivered;
  };
  const running = run();
  await clock.advance(20_000);
  expect(await running).toBe("retry");
  expect(deadLetters.added).toEqual([]);
});
