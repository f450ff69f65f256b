import { beforeEach, describe, expect, test } from "@jest/globals";
import { systemClock } from "#adapters/node/system-clock.ts";
import { parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { makeReadDeadLetters } from "#adapters/sqs/read-dead-letters.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { bodyOf, startQueues, type TestQueues, uidsOf, webhookJob } from "./redrive.ts";

let queues: TestQueues;
beforeEach(async () => {
  queues = closeAfterEach(await startQueues());
});

describe("dead letters are listed", () => {
  test("with the job, the time and reason it was given up, and the number of attempts", async () => {
    const began = Date.now();
    const job = webhookJob("m-1");
    await queues.addDead(job, { reason: "HTTP 410 用户", tries: 12 });
    const [letter, ...others] = await queues.list();
    expect(others).toEqual([]);
    expect(letter).toMatchObject({ job, cause: { reason: "HTTP 410 用户", tries: 12 } });
    expect(letter?.addedAt).toBeGreaterThanOrEqual(began);
    expect(letter?.addedAt).toBeLessThanOrEqual(Date.now());
  });

  test("in full, for many conversations, each time", async () => {
    const uids = Array.from({ length: 25 }, (_, at) => `m-${at}`);
    for (const uid of uids)
      await queues.addDead(webhookJob(uid, `u-of-${uid}`), { reason: "gone", tries: 1 });
    for (const _time of [1, 2, 3]) expect(uidsOf(await queues.list()).sort()).toEqual([...uids].sort());
  });

  test("in the order in which they were given up, whatever the order of their groups", async () => {
    const uids = ["m-1", "m-2", "m-3"];
    for (const uid of uids) await queues.sendDead(bodyOf(webhookJob(uid)));
    await queues.mixUpDead();
    expect(uidsOf(await queues.list())).toEqual(uids);
  });

  test("as an empty list if there are none", async () => {
    expect(await queues.list()).toEqual([]);
  });

  test("even if SQS itself moved one, without a reason", async () => {
    const job = webhookJob("m-1");
    await queues.queue.send([job]);
    await queues.wearOut();
    expect(await queues.list()).toMatchObject([{ job, cause: undefined }]);
  });

  test("even if one cannot be parsed, with the reason and without its content", async () => {
    await queues.sendDead("not JSON, but private words");
    await queues.sendDead(bodyOf(webhookJob("m-1"), 2));
    await queues.sendDead(bodyOf({ ...webhookJob("m-1"), integrationType: "dify_chat" }));
    const letters = await queues.list();
    expect(letters.map(({ fault }) => fault)).toEqual([
      expect.stringMatching(/is invalid/),
      expect.stringMatching(/version/),
      expect.stringMatching(/integrationType/),
    ]);
    expect(JSON.stringify(letters)).not.toContain("private words");
  });
});

describe("letters that wait behind others of their group", () => {
  test("are counted, since SQS does not return them", async () => {
    for (const uid of ["m-1", "m-2", "m-3"]) await queues.moveToDead(webhookJob(uid));
    const seen: unknown[] = [];
    const { hidden } = await queues.readDeadLetters(async (letter) => {
      seen.push(letter);
    });
    expect(seen.length + hidden).toBe(3);
    expect(seen.length).toBeGreaterThan(0);
  });

  test("become visible when those are removed", async () => {
    const uids = Array.from({ length: 12 }, (_, at) => `m-${at}`);
    for (const uid of uids) await queues.moveToDead(webhookJob(uid));
    const seen: (string | undefined)[] = [];
    const { hidden } = await queues.readDeadLetters(async (letter) => {
      seen.push(letter.job?.event.data.msgUID);
      if (letter.fault === undefined) await letter.remove();
    });
    expect(seen).toEqual(uids);
    expect(hidden).toBe(0);
    expect(await queues.list()).toEqual([]);
  });
});

describe("reading dead letters", () => {
  test("releases what it received if it fails", async () => {
    for (const uid of ["m-1", "m-2"])
      await queues.addDead(webhookJob(uid, uid), { reason: "gone", tries: 1 });
    const reading = queues.readDeadLetters(() => Promise.reject(new Error("cannot go on")));
    await expect(reading).rejects.toThrow("cannot go on");
    expect(uidsOf(await queues.list())).toEqual(["m-1", "m-2"]);
  });

  test("counts letters that another reader has received", async () => {
    await queues.addDead(webhookJob("m-1"), { reason: "gone", tries: 1 });
    const others = await queues.readDeadLetters(async () => {
      expect(await queues.list()).toEqual([]);
      expect(await queues.readDeadLetters(async () => {})).toEqual({ hidden: 1, isCut: false });
    });
    expect(others).toEqual({ hidden: 0, isCut: false });
  });

  test("does not delete a letter whose visibility timeout has expired, and receives it again", async () => {
    for (const uid of ["m-1", "m-2"])
      await queues.addDead(webhookJob(uid, uid), { reason: "gone", tries: 1 });
    let now = Date.now();
    const seen: string[] = [];
    const read = makeReadDeadLetters({
      client: queues.client,
      queueUrl: queues.deadLettersUrl,
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
    expect(uidsOf(await queues.list())).toEqual(["m-2"]);
  });
});

test("dead letters of a queue that does not exist cannot be read", async () => {
  const queueUrl = `${queues.deadLettersUrl.slice(0, -".fifo".length)}-gone.fifo`;
  const ports = {
    client: queues.client,
    queueUrl,
    waitSeconds: 0,
    parseJob: parseWebhookJob,
    clock: systemClock,
  };
  await expect(makeReadDeadLetters(ports)(async () => {})).rejects.toThrow();
});
