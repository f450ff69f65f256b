import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { sentences } from "#core/answer/sentences.ts";
import { answered, setUpTurnRuns, throttled, undelivered } from "./turn-runs.ts";

/** What happens while a worker has the job. */
interface Chance {
  readonly answer: "answered" | "undelivered" | "fails" | "dies" | "unreadable";
  /** What of the bridge is down meanwhile. */
  readonly faults: readonly ("claim" | "release" | "add" | "hold" | "renew")[];
}

const chance: fc.Arbitrary<Chance> = fc.record({
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

/** Has the job run through what chance has in store, then through a time in which Dify's jobs always fail. */
const live = async (chances: readonly Chance[], copies: number) => {
  const runs = setUpTurnRuns();
  const { run, jobs, bots, model, queue, deadLetters, clock } = runs;
  const { claim, release, renew } = jobs;
  const { open } = bots;
  const { hideFor } = queue;
  const { add } = deadLetters;

  const meet = ({ answer, faults }: Chance): void => {
    jobs.claim = faults.includes("claim") ? throttled : claim;
    jobs.release = faults.includes("release") ? throttled : release;
    jobs.renew = faults.includes("renew") ? throttled : renew;
    deadLetters.add = faults.includes("add") ? throttled : add;
    queue.hideFor = faults.includes("hold") ? throttled : hideFor;
    bots.open = answer === "unreadable" ? throttled : open;
    model.answer = answers[answer];
  };

  const workers = chances.values();
  for (let worker = 1; worker < 100; worker += 1) {
    const met = workers.next().value ?? { answer: "fails", faults: [] };
    meet(met);
    const dead = met.answer === "dies" ? [clock.advance(0).then(() => "retry" as const)] : [];
    const result = await Promise.race([run(worker), ...dead]);
    if (result === "done") break;
    // The heart of a dead worker beats no more.
    jobs.renew = async () => false;
    await clock.advance(laterMs);
  }
  meet({ answer: "answered", faults: [] });
  for (let copy = 0; copy < copies; copy += 1) await run();
  return runs;
};

test("whatever happens on its way, a turn has one end, answered or in the dead letters, and no user is told twice", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chance, { maxLength: 14 }), fc.nat({ max: 2 }), async (chances, copies) => {
      const { events, deadLetters, record, shown } = await live(chances, copies);
      const ends = events().filter((event) => ["job_delivered", "job_given_up"].includes(event));
      expect(ends).toHaveLength(1);
      expect(record()?.state).toBe("done");
      expect(deadLetters.added).toHaveLength(ends[0] === "job_given_up" ? 1 : 0);
      expect([[], [sentences.failed]]).toContainEqual(shown());
    }),
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

  test("is answered although the message cannot be closed, and the log says so", async () => {
    const { run, jobs, id, im, events } = setUpTurnRuns();
    jobs.plant(id, { tries: 1, open: { messageUID: "m1", seq: 7 } });
    im.close = () => Promise.reject(new Error("the IM does not answer"));
    expect(await run()).toBe("done");
    expect(events()).toEqual(expect.arrayContaining(["message_left_open", "job_delivered"]));
  });

  test("is known by what its worker noted of the message in hand, in a note for each two seconds", async () => {
    const { run, model, im, jobs, clock, record } = setUpTurnRuns();
    const notes: number[] = [];
    const { checkpoint } = jobs;
    jobs.checkpoint = (id, token, open) => {
      notes.push(open.seq);
      return checkpoint(id, token, open);
    };
    model.answer = async () => {
      for (let seq = 1; seq <= 20; seq += 1) {
        im.lease()?.onOpen({ messageUID: "m1", seq });
        await clock.sleep(200);
      }
      expect(record()).toMatchObject({ open: { messageUID: "m1", seq: 11 } });
      return answered;
    };
    const running = run();
    await clock.advance(10_000);
    expect(await running).toBe("done");
    expect(notes).toEqual([1, 11]);
    expect(record()?.open).toBeUndefined();
  });
});

describe("a job that another worker seems to have", () => {
  test("comes again right behind the end of a dead worker's lease, which may outlast the queue's hold by a moment", async () => {
    const { run, jobs, id, clock, hidden } = setUpTurnRuns();
    jobs.plant(id, { tries: 1, token: "dead", expiresAt: clock.now() + 30 });
    expect(await run()).toBe("retry");
    expect(hidden).toEqual(["0.53 s at 0 s"]);
  });

  test("is free for anybody once this worker has lost the conversation alone", async () => {
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

describe("a job whose conversation another turn has", () => {
  test("is looked at every quarter of a minute, however often it has come already", async () => {
    const { run, model, hidden } = setUpTurnRuns();
    model.answer = async () => ({ status: "busy" });
    await run(30);
    expect(hidden.at(-1)).toBe("15 s at 0 s");
  });

  test("comes again, is free for any worker until then, and its user is told nothing", async () => {
    const { run, model, record, hidden, shown, clock } = setUpTurnRuns();
    model.answer = async () => ({ status: "busy" });
    expect(await run()).toBe("retry");
    expect(hidden.at(-1)).toBe("5 s at 0 s");
    expect(record()).toMatchObject({ state: "running", token: undefined, expiresAt: clock.now(), tries: 0 });
    expect(shown()).toEqual([]);
  });

  test("that never comes free is given up, and the user told", async () => {
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

test("an answer that was not delivered since the turn was lost is another worker's to bring", async () => {
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
