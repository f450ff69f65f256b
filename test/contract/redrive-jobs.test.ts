import { beforeEach, describe, expect, test } from "@jest/globals";
import type { WebhookJob } from "#core/jobs/job.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { bodyOf, startQueues, type TestQueues, uidsOf, webhookJob } from "./redrive.ts";

let queues: TestQueues;
beforeEach(async () => {
  queues = closeAfterEach(await startQueues());
});

const uids = (jobs: readonly WebhookJob[]) => uidsOf(jobs.map((job) => ({ job })));

/** Workers that receive what is in the queue: those that found a job to run. */
const runAll = async (outcome = "delivered"): Promise<(string | undefined)[]> => {
  const ran: WebhookJob[] = [];
  for (const job of await queues.takeJobs()) {
    if ((await queues.finish(job, outcome)) === "claimed") ran.push(job);
  }
  return uids(ran);
};

describe("a job that was given up", () => {
  test("runs again as a new job with all its attempts, and is removed from the dead letters", async () => {
    const job = webhookJob("m-1");
    await queues.giveUp(job);
    const began = Date.now();
    expect(await queues.redrive()).toEqual([["m-1", "redriven"]]);
    const [again, ...others] = await queues.takeJobs();
    expect(others).toEqual([]);
    expect(again).toEqual({ ...job, redrivenAt: expect.any(Number) });
    expect(again?.redrivenAt).toBeGreaterThanOrEqual(began);
    expect(await queues.claim(job)).toEqual({ status: "claimed", tries: 1 });
    expect(await queues.list()).toEqual([]);
  });

  test("is not deduplicated by SQS within five minutes", async () => {
    const job = webhookJob("m-1");
    await queues.queue.send([job]);
    expect(uids(await queues.takeJobs())).toEqual(["m-1"]);
    await queues.giveUp(job);
    await queues.redrive();
    expect(await runAll()).toEqual(["m-1"]);
  });

  test("can be given up and redriven repeatedly", async () => {
    await queues.giveUp(webhookJob("m-1"));
    for (const _time of [1, 2, 3]) {
      expect(await queues.redrive()).toEqual([["m-1", "redriven"]]);
      const [again] = await queues.takeJobs();
      if (again) await queues.giveUp(again);
    }
    expect(await queues.list()).toMatchObject([{ cause: { reason: "HTTP 410", tries: 7 } }]);
  });

  test("by SQS itself runs again like any other, even if its last worker left its lease behind", async () => {
    const job = webhookJob("m-1");
    await queues.claim(job, "died", 1);
    await queues.moveToDead(job);
    expect(await queues.redrive()).toEqual([["m-1", "redriven"]]);
    expect(await queues.claim(job)).toEqual({ status: "claimed", tries: 1 });
    expect(await queues.list()).toEqual([]);
  });
});

describe("among many jobs", () => {
  test("all those of one conversation run again in order, even if SQS returns them one at a time", async () => {
    const sent = Array.from({ length: 12 }, (_, at) => `m-${at}`);
    for (const [at, uid] of sent.entries()) {
      // Both by the worker and by SQS.
      if (at % 2) await queues.giveUp(webhookJob(uid));
      else await queues.moveToDead(webhookJob(uid));
    }
    expect((await queues.redrive()).length).toBe(12);
    expect((await runAll()).length).toBe(12);
    expect(await queues.list()).toEqual([]);
  });

  test("those of one conversation that are given up one after another keep that order", async () => {
    const sent = Array.from({ length: 12 }, (_, at) => `m-${at}`);
    for (const uid of sent) {
      await queues.giveUp(webhookJob(uid));
    }
    await queues.redrive();
    expect(await runAll()).toEqual(sent);
  });

  test("all those of many conversations run again", async () => {
    const sent = Array.from({ length: 25 }, (_, at) => `m-${at}`);
    for (const uid of sent) await queues.giveUp(webhookJob(uid, `u-of-${uid}`));
    await queues.redrive();
    expect((await runAll()).sort()).toEqual([...sent].sort());
    expect(await queues.list()).toEqual([]);
  });

  test("only the selected ones run again, and the others stay where they are", async () => {
    for (const uid of ["m-1", "m-2", "m-3", "m-4"])
      await queues.giveUp(webhookJob(uid, `u-of-${uid}`, { botUserId: uid < "m-3" ? "bot-001" : "bot-002" }));
    expect(await queues.redrive((job) => job?.botUserId === "bot-001")).toEqual([
      ["m-1", "redriven"],
      ["m-2", "redriven"],
    ]);
    expect((await runAll()).sort()).toEqual(["m-1", "m-2"]);
    expect(uidsOf(await queues.list())).toEqual(["m-3", "m-4"]);
    expect(await queues.finish(webhookJob("m-3", "u-of-m-3", { botUserId: "bot-002" }), "late")).toBe("done");
  });

  test("one that cannot be parsed stays and blocks no other", async () => {
    await queues.sendDead("not a job");
    await queues.giveUp(webhookJob("m-1"));
    expect(await queues.redrive()).toEqual([
      [undefined, "unreadable"],
      ["m-1", "redriven"],
    ]);
    expect(await queues.list()).toMatchObject([{ fault: expect.any(String) }]);
  });

  test("one that cannot be sent stays and blocks no other", async () => {
    for (const uid of ["m-1", "m-2"]) await queues.giveUp(webhookJob(uid, `u-of-${uid}`));
    const send = async (jobs: readonly WebhookJob[]) => {
      if (uids(jobs).includes("m-1")) throw new Error("the queue is full");
      await queues.queue.send(jobs);
    };
    expect(await queues.redrive(undefined, { queue: { send } })).toEqual([
      ["m-1", "failed: Error: the queue is full"],
      ["m-2", "redriven"],
    ]);
    expect(uidsOf(await queues.list())).toEqual(["m-1"]);
  });

  test("one that fails again at once is not redriven in a loop", async () => {
    await queues.giveUp(webhookJob("m-1"));
    const failAtOnce = async (jobs: readonly WebhookJob[]) => {
      for (const job of jobs) await queues.giveUp(job);
    };
    expect(await queues.redrive(undefined, { queue: { send: failAtOnce } })).toEqual([
      ["m-1", "redriven"],
      ["m-1", "given_up_again"],
    ]);
    expect(uidsOf(await queues.list())).toEqual(["m-1"]);
  });
});

describe("a dead letter whose job", () => {
  test("is being run by a worker stays, and its worker is not disturbed", async () => {
    const job = webhookJob("m-1");
    await queues.addDead(job, { reason: "HTTP 410", tries: 1 });
    await queues.claim(job, "working");
    expect(await queues.redrive()).toEqual([["m-1", "running"]]);
    expect(await queues.takeJobs()).toEqual([]);
    expect(uidsOf(await queues.list())).toEqual(["m-1"]);
  });

  test("has been delivered after all is removed, and does not run again", async () => {
    const job = webhookJob("m-1");
    await queues.addDead(job, { reason: "HTTP 410", tries: 1 });
    await queues.finish(job, "delivered");
    expect(await queues.redrive()).toEqual([["m-1", "settled"]]);
    expect(await queues.takeJobs()).toEqual([]);
    expect(await queues.list()).toEqual([]);
  });

  test("is there twice runs once more", async () => {
    const job = webhookJob("m-1");
    await queues.moveToDead(job);
    await queues.sendDead(bodyOf(job));
    await queues.finish(job, "given_up");
    await queues.redrive();
    expect(await runAll()).toEqual(["m-1"]);
    expect(await queues.list()).toEqual([]);
  });
});

describe("a redrive that is interrupted", () => {
  const gone = new Error("the process is gone");
  /** Each stops after its step. */
  const crashes: [string, () => Parameters<TestQueues["redrive"]>[1]][] = [
    ["before anything is done", () => ({ reopen: () => Promise.reject(gone) })],
    [
      "after the record is reopened",
      () => ({
        reopen: async (id) => {
          await queues.ports.reopen(id);
          throw gone;
        },
      }),
    ],
    [
      "after the job is sent",
      () => ({
        queue: {
          send: async (jobs) => {
            await queues.queue.send(jobs);
            throw gone;
          },
        },
      }),
    ],
    [
      "after the letter is removed",
      () => ({
        readDeadLetters: (visit) =>
          queues.readDeadLetters((letter) =>
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

  test.each(crashes)("%s is repeated, and the job runs exactly once more", async (_when, crash) => {
    const job = webhookJob("m-1");
    await queues.giveUp(job);
    expect(await queues.redrive(undefined, crash())).toEqual([["m-1", `failed: ${gone}`]]);
    await queues.redrive();
    expect(await runAll()).toEqual(["m-1"]);
    expect(await queues.list()).toEqual([]);
  });

  test.each(crashes)("%s, and whose job has run by then, does not run it again", async (_when, crash) => {
    await queues.giveUp(webhookJob("m-1"));
    await queues.redrive(undefined, crash());
    const ran = await runAll();
    await queues.redrive();
    expect([...ran, ...(await runAll())]).toEqual(["m-1"]);
    expect(await queues.list()).toEqual([]);
  });

  test.each(crashes)("%s, while its job is running, leaves that to its worker", async (_when, crash) => {
    await queues.giveUp(webhookJob("m-1"));
    await queues.redrive(undefined, crash());
    const [running] = await queues.takeJobs();
    if (running) await queues.claim(running, "working", 60_000);
    const reported = await queues.redrive();
    if (!running) expect(reported).toEqual([["m-1", "redriven"]]);
    else expect(reported.every(([, result]) => result === "running")).toBe(true);
    expect(await runAll()).toEqual(running ? [] : ["m-1"]);
  });
});

test("a worker that is faster than the redrive finds the job open", async () => {
  await queues.giveUp(webhookJob("m-1"));
  const claims: unknown[] = [];
  const send = async (jobs: readonly WebhookJob[]) => {
    for (const job of jobs) claims.push(await queues.claim(job));
  };
  await queues.redrive(undefined, { queue: { send } });
  expect(claims).toEqual([{ status: "claimed", tries: 1 }]);
});
