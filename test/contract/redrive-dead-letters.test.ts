import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { systemClock } from "#adapters/node/system-clock.ts";
import { parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { makeReadDeadLetters } from "#adapters/sqs/read-dead-letters.ts";
import { bodyOf, startWay, type TestWay, uidsOf, webhookJob } from "./redrive.ts";

let way: TestWay;
beforeEach(async () => {
  way = await startWay();
});
afterEach(() => way.close());

describe("dead letters are listed", () => {
  test("with the job, when and why it was given up, and after how many tries", async () => {
    const began = Date.now();
    const job = webhookJob("m-1");
    await way.bury(job, { reason: "HTTP 410 用户", tries: 12 });
    const [letter, ...others] = await way.list();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ job, epitaph: { reason: "HTTP 410 用户", tries: 12 } });
    expect(letter?.buriedAt).toBeGreaterThanOrEqual(began);
    expect(letter?.buriedAt).toBeLessThanOrEqual(Date.now());
  });

  test("all of them, of many conversations, as often as one looks", async () => {
    const uids = Array.from({ length: 25 }, (_, at) => `m-${at}`);
    for (const uid of uids) await way.bury(webhookJob(uid, `u-of-${uid}`), { reason: "gone", tries: 1 });
    for (const _time of [1, 2, 3]) expect(uidsOf(await way.list()).sort()).toEqual([...uids].sort());
  });

  test("in the order in which they were given up, in whichever order their groups come", async () => {
    const uids = ["m-1", "m-2", "m-3"];
    for (const uid of uids) await way.sendDead(bodyOf(webhookJob(uid)));
    await way.mixUpDead();
    expect(uidsOf(await way.list())).toEqual(uids);
  });

  test("none, where there are none", async () => {
    expect(await way.list()).toEqual([]);
  });

  test("also one that SQS itself gave up, which says nothing of itself", async () => {
    const job = webhookJob("m-1");
    await way.queue.send([job]);
    await way.wearOut();
    expect(await way.list()).toMatchObject([{ job, epitaph: undefined }]);
  });

  test("also what nobody can read, with why, and without what it says", async () => {
    await way.sendDead("not JSON, but private words");
    await way.sendDead(bodyOf(webhookJob("m-1"), 2));
    await way.sendDead(bodyOf({ ...webhookJob("m-1"), integrationType: "dify_chat" }));
    const letters = await way.list();
    expect(letters.map(({ fault }) => fault)).toEqual([
      expect.stringMatching(/not of its form/),
      expect.stringMatching(/version/),
      expect.stringMatching(/integrationType/),
    ]);
    expect(JSON.stringify(letters)).not.toContain("private words");
  });
});

describe("letters that wait behind others of their group", () => {
  test("are counted, since SQS does not hand them out", async () => {
    for (const uid of ["m-1", "m-2", "m-3"]) await way.moveToDead(webhookJob(uid));
    const seen: unknown[] = [];
    const { hidden } = await way.readDeadLetters(async (letter) => {
      seen.push(letter);
    });
    expect(seen.length + hidden).toBe(3);
    expect(seen.length).toBeGreaterThan(0);
  });

  test("come forward when these are removed", async () => {
    const uids = Array.from({ length: 12 }, (_, at) => `m-${at}`);
    for (const uid of uids) await way.moveToDead(webhookJob(uid));
    const seen: (string | undefined)[] = [];
    const { hidden } = await way.readDeadLetters(async (letter) => {
      seen.push(letter.job?.event.data.msgUID);
      if (letter.fault === undefined) await letter.remove();
    });
    expect(seen).toEqual(uids);
    expect(hidden).toBe(0);
    expect(await way.list()).toEqual([]);
  });
});

describe("a reading", () => {
  test("that fails lets go of what it held", async () => {
    for (const uid of ["m-1", "m-2"]) await way.bury(webhookJob(uid, uid), { reason: "gone", tries: 1 });
    const reading = way.readDeadLetters(() => Promise.reject(new Error("cannot go on")));
    await expect(reading).rejects.toThrow("cannot go on");
    expect(uidsOf(await way.list())).toEqual(["m-1", "m-2"]);
  });

  test("tells of letters that another holds", async () => {
    await way.bury(webhookJob("m-1"), { reason: "gone", tries: 1 });
    const others = await way.readDeadLetters(async () => {
      expect(await way.list()).toEqual([]);
      expect(await way.readDeadLetters(async () => {})).toEqual({ hidden: 1 });
    });
    expect(others).toEqual({ hidden: 0 });
  });

  test("does not touch a letter that it has held for too long, and gets it again", async () => {
    for (const uid of ["m-1", "m-2"]) await way.bury(webhookJob(uid, uid), { reason: "gone", tries: 1 });
    let now = Date.now();
    const seen: string[] = [];
    const read = makeReadDeadLetters({
      client: way.client,
      queueUrl: way.deadLettersUrl,
      waitSeconds: 0,
      parseJob: parseWebhookJob,
      clock: { ...systemClock, now: () => now },
    });
    const { hidden } = await read(async (letter) => {
      seen.push(letter.job?.event.data.msgUID ?? "");
      if (letter.fault === undefined) await letter.remove();
      now += 300_000;
    });
    expect(seen).toEqual(["m-1"]);
    expect(hidden).toBe(1);
    expect(uidsOf(await way.list())).toEqual(["m-2"]);
  });
});

test("a queue that is not there is an error", async () => {
  const queueUrl = `${way.deadLettersUrl.slice(0, -".fifo".length)}-gone.fifo`;
  const ports = {
    client: way.client,
    queueUrl,
    waitSeconds: 0,
    parseJob: parseWebhookJob,
    clock: systemClock,
  };
  await expect(makeReadDeadLetters(ports)(async () => {})).rejects.toThrow();
});
