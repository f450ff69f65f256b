import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { WebhookJob } from "#core/jobs/job.ts";
import { bodyOf, startWay, type TestWay, uidsOf, webhookJob } from "./redrive.ts";

let way: TestWay;
beforeEach(async () => {
  way = await startWay();
});
afterEach(() => way.close());

const uids = (jobs: readonly WebhookJob[]) => uidsOf(jobs.map((job) => ({ job })));

/** Workers that take what is in the queue: those that found something to do. */
const runAll = async (outcome = "delivered"): Promise<(string | undefined)[]> => {
  const ran: WebhookJob[] = [];
  for (const job of await way.takeJobs()) {
    if ((await way.finish(job, outcome)) === "claimed") ran.push(job);
  }
  return uids(ran);
};

describe("a job that was given up", () => {
  test("comes again as a new job, with all its tries, and is no dead letter any more", async () => {
    const job = webhookJob("m-1");
    await way.giveUp(job);
    const began = Date.now();
    expect(await way.redrive()).toEqual([["m-1", "redriven"]]);
    const [again, ...others] = await way.takeJobs();
    expect(others).toEqual([]);
    expect(again).toEqual({ ...job, redrivenAt: expect.any(Number) });
    expect(again?.redrivenAt).toBeGreaterThanOrEqual(began);
    expect(await way.claim(job)).toEqual({ status: "claimed", tries: 1 });
    expect(await way.list()).toEqual([]);
  });

  test("that SQS has had within five minutes is not swallowed as a repeated one", async () => {
    const job = webhookJob("m-1");
    await way.queue.send([job]);
    expect(uids(await way.takeJobs())).toEqual(["m-1"]);
    await way.giveUp(job);
    await way.redrive();
    expect(await runAll()).toEqual(["m-1"]);
  });

  test("can be given up and redriven again and again", async () => {
    await way.giveUp(webhookJob("m-1"));
    for (const _time of [1, 2, 3]) {
      expect(await way.redrive()).toEqual([["m-1", "redriven"]]);
      const [again] = await way.takeJobs();
      if (again) await way.giveUp(again);
    }
    expect(await way.list()).toMatchObject([{ epitaph: { reason: "HTTP 410", tries: 7 } }]);
  });

  test("by SQS itself runs again like any other, though its last worker left its lease behind", async () => {
    const job = webhookJob("m-1");
    await way.claim(job, "died", 1);
    await way.moveToDead(job);
    expect(await way.redrive()).toEqual([["m-1", "redriven"]]);
    expect(await way.claim(job)).toEqual({ status: "claimed", tries: 1 });
    expect(await way.list()).toEqual([]);
  });
});

describe("of many jobs", () => {
  test("of one conversation each runs again, in order, also where SQS hands them out one after another", async () => {
    const sent = Array.from({ length: 12 }, (_, at) => `m-${at}`);
    for (const [at, uid] of sent.entries()) {
      // By the worker's hand and by SQS's.
      if (at % 2) await way.giveUp(webhookJob(uid));
      else await way.moveToDead(webhookJob(uid));
    }
    expect((await way.redrive()).length).toBe(12);
    expect((await runAll()).length).toBe(12);
    expect(await way.list()).toEqual([]);
  });

  test("of one conversation, given up one after another, they come in that order", async () => {
    const sent = Array.from({ length: 12 }, (_, at) => `m-${at}`);
    for (const uid of sent) {
      await way.giveUp(webhookJob(uid));
    }
    await way.redrive();
    expect(await runAll()).toEqual(sent);
  });

  test("of many conversations each runs again", async () => {
    const sent = Array.from({ length: 25 }, (_, at) => `m-${at}`);
    for (const uid of sent) await way.giveUp(webhookJob(uid, `u-of-${uid}`));
    await way.redrive();
    expect((await runAll()).sort()).toEqual([...sent].sort());
    expect(await way.list()).toEqual([]);
  });

  test("only those that are wanted run again, and the others lie where they lay", async () => {
    for (const uid of ["m-1", "m-2", "m-3", "m-4"])
      await way.giveUp(webhookJob(uid, `u-of-${uid}`, { botUserId: uid < "m-3" ? "bot-001" : "bot-002" }));
    expect(await way.redrive((job) => job?.botUserId === "bot-001")).toEqual([
      ["m-1", "redriven"],
      ["m-2", "redriven"],
    ]);
    expect((await runAll()).sort()).toEqual(["m-1", "m-2"]);
    expect(uidsOf(await way.list())).toEqual(["m-3", "m-4"]);
    expect(await way.finish(webhookJob("m-3", "u-of-m-3", { botUserId: "bot-002" }), "late")).toBe("done");
  });

  test("one that nobody can read is left, and stops no other", async () => {
    await way.sendDead("not a job");
    await way.giveUp(webhookJob("m-1"));
    expect(await way.redrive()).toEqual([
      [undefined, "unreadable"],
      ["m-1", "redriven"],
    ]);
    expect(await way.list()).toMatchObject([{ fault: expect.any(String) }]);
  });

  test("one that cannot be sent is left, and stops no other", async () => {
    for (const uid of ["m-1", "m-2"]) await way.giveUp(webhookJob(uid, `u-of-${uid}`));
    const send = async (jobs: readonly WebhookJob[]) => {
      if (uids(jobs).includes("m-1")) throw new Error("the queue is full");
      await way.queue.send(jobs);
    };
    expect(await way.redrive(undefined, { queue: { send } })).toEqual([
      ["m-1", "failed: Error: the queue is full"],
      ["m-2", "redriven"],
    ]);
    expect(uidsOf(await way.list())).toEqual(["m-1"]);
  });

  test("one that fails again at once is not redriven round and round", async () => {
    await way.giveUp(webhookJob("m-1"));
    const failAtOnce = async (jobs: readonly WebhookJob[]) => {
      for (const job of jobs) await way.giveUp(job);
    };
    expect(await way.redrive(undefined, { queue: { send: failAtOnce } })).toEqual([
      ["m-1", "redriven"],
      ["m-1", "given_up_again"],
    ]);
    expect(uidsOf(await way.list())).toEqual(["m-1"]);
  });
});

describe("a dead letter whose job", () => {
  test("is in a worker's hands is left, and its worker undisturbed", async () => {
    const job = webhookJob("m-1");
    await way.bury(job, { reason: "HTTP 410", tries: 1 });
    await way.claim(job, "working");
    expect(await way.redrive()).toEqual([["m-1", "running"]]);
    expect(await way.takeJobs()).toEqual([]);
    expect(uidsOf(await way.list())).toEqual(["m-1"]);
  });

  test("has been delivered after all is taken out, and does not run again", async () => {
    const job = webhookJob("m-1");
    await way.bury(job, { reason: "HTTP 410", tries: 1 });
    await way.finish(job, "delivered");
    expect(await way.redrive()).toEqual([["m-1", "settled"]]);
    expect(await way.takeJobs()).toEqual([]);
    expect(await way.list()).toEqual([]);
  });

  test("lies there twice runs once more", async () => {
    const job = webhookJob("m-1");
    await way.moveToDead(job);
    await way.sendDead(bodyOf(job));
    await way.finish(job, "given_up");
    await way.redrive();
    expect(await runAll()).toEqual(["m-1"]);
    expect(await way.list()).toEqual([]);
  });
});

describe("a redrive that breaks off", () => {
  const gone = new Error("the process is gone");
  /** Each breaks off when its step is done. */
  const crashes: [string, () => Parameters<TestWay["redrive"]>[1]][] = [
    ["before anything is done", () => ({ reopen: () => Promise.reject(gone) })],
    [
      "once the record is open",
      () => ({
        reopen: async (id) => {
          await way.ports.reopen(id);
          throw gone;
        },
      }),
    ],
    [
      "once the job is sent",
      () => ({
        queue: {
          send: async (jobs) => {
            await way.queue.send(jobs);
            throw gone;
          },
        },
      }),
    ],
    [
      "once the letter is removed",
      () => ({
        readDeadLetters: (visit) =>
          way.readDeadLetters((letter) =>
            visit(
              letter.fault === undefined
                ? {
                    ...letter,
                    remove: async () => {
                      await letter.remove();
                      throw gone;
                    },
                  }
                : letter,
            ),
          ),
      }),
    ],
  ];

  test.each(crashes)("%s is done again, and the job runs exactly once more", async (_when, crash) => {
    const job = webhookJob("m-1");
    await way.giveUp(job);
    expect(await way.redrive(undefined, crash())).toEqual([["m-1", `failed: ${gone}`]]);
    await way.redrive();
    expect(await runAll()).toEqual(["m-1"]);
    expect(await way.list()).toEqual([]);
  });

  test.each(crashes)("%s, and whose job has run by then, runs it no more", async (_when, crash) => {
    await way.giveUp(webhookJob("m-1"));
    await way.redrive(undefined, crash());
    const ran = await runAll();
    await way.redrive();
    expect([...ran, ...(await runAll())]).toEqual(["m-1"]);
    expect(await way.list()).toEqual([]);
  });

  test.each(crashes)("%s, while its job is running, leaves that to its worker", async (_when, crash) => {
    await way.giveUp(webhookJob("m-1"));
    await way.redrive(undefined, crash());
    const [running] = await way.takeJobs();
    if (running) await way.claim(running, "working", 60_000);
    const told = await way.redrive();
    if (!running) expect(told).toEqual([["m-1", "redriven"]]);
    else expect(told.every(([, fate]) => fate === "running")).toBe(true);
    expect(await runAll()).toEqual(running ? [] : ["m-1"]);
  });
});

test("a worker that is quicker than the redrive finds the job open", async () => {
  await way.giveUp(webhookJob("m-1"));
  const claims: unknown[] = [];
  const send = async (jobs: readonly WebhookJob[]) => {
    for (const job of jobs) claims.push(await way.claim(job));
  };
  await way.redrive(undefined, { queue: { send } });
  expect(claims).toEqual([{ status: "claimed", tries: 1 }]);
});
