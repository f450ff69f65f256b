import { beforeEach, describe, expect, test } from "@jest/globals";
import { systemClock } from "#adapters/node/system-clock.ts";
import { parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { makeReadDeadLetters } from "#adapters/sqs/read-dead-letters.ts";
import { type AppDeadLetters, makeAppDeadLetters } from "#core/jobs/app-dead-letters.ts";
import type { WebhookJob } from "#core/jobs/job.ts";
import { makeRedriveJobs, type ReadResult } from "#core/jobs/redrive-jobs.ts";
import { closeAfterEach } from "../support/close-after.ts";
import { makeMemoryLog } from "../support/memory-log.ts";
import { startQueues, type TestQueues, webhookJob } from "./redrive.ts";

let queues: TestQueues;
let log: ReturnType<typeof makeMemoryLog>;
beforeEach(async () => {
  queues = closeAfterEach(await startQueues());
  log = makeMemoryLog();
});

/** As the function composes it. */
const view = (clock = systemClock): AppDeadLetters => {
  const { reopen, queue } = queues.ports;
  const read = makeReadDeadLetters({
    client: queues.client,
    queueUrl: queues.deadLettersUrl,
    waitSeconds: 0,
    visibilityTimeoutSeconds: 60,
    parseJob: parseWebhookJob,
    clock,
  });
  const redrive = makeRedriveJobs<WebhookJob>({ readDeadLetters: read, reopen, queue, clock });
  return makeAppDeadLetters({ queues: [{ name: "webhooks", read, redrive }], clock, log });
};

const other = { appKey: "app-two" };
const uids = async (appKey: string, filter = {}): Promise<string[]> =>
  (await view().list(appKey, filter, 100)).letters.map(({ job }) => job.event.data.msgUID);
const idsOf = async (appKey: string): Promise<string[]> =>
  (await view().list(appKey, {}, 100)).letters.map(({ id }) => id);
const statuses = ({ results }: { readonly results: readonly { readonly status: string }[] }): string[] =>
  results.map(({ status }) => status);

describe("an app", () => {
  test("sees its own dead letters, oldest first, and those of no other", async () => {
    await queues.giveUp(webhookJob("m-1"), "HTTP 410", 7);
    await queues.giveUp(webhookJob("m-2", "u7", other));
    await queues.giveUp(webhookJob("m-3"));
    await queues.sendDead("{}");
    const { letters, isComplete } = await view().list("app-one", {}, 100);
    expect(letters.map(({ job, cause }) => [job.appKey, job.event.data.msgUID, cause])).toEqual([
      ["app-one", "m-1", { reason: "HTTP 410", tries: 7 }],
      ["app-one", "m-3", { reason: "HTTP 410", tries: 7 }],
    ]);
    expect(isComplete).toBe(true);
    expect(await uids("app-three")).toEqual([]);
    // Nothing stays hidden.
    expect(await queues.list()).toHaveLength(4);
  });

  test("finds them by bot, user, message and queue", async () => {
    await queues.giveUp(webhookJob("m-1"));
    await queues.giveUp(webhookJob("m-2", "u8"));
    await queues.giveUp(webhookJob("m-3", "u7", { botUserId: "bot-two" }));
    expect(await uids("app-one", { fromUserId: "u7" })).toEqual(["m-1", "m-3"]);
    expect(await uids("app-one", { bot: "bot-two" })).toEqual(["m-3"]);
    expect(await uids("app-one", { msgUID: "m-2" })).toEqual(["m-2"]);
    expect(await uids("app-one", { integration: "openai" })).toEqual([]);
    expect(await uids("app-one", { queue: "turns" })).toEqual([]);
  });

  test("redrives by id, once, and each id has a result in its place", async () => {
    await queues.giveUp(webhookJob("m-1"));
    await queues.giveUp(webhookJob("m-2"));
    const [first = "", second = ""] = await idsOf("app-one");
    const redriven = await view().redriveIds("app-one", [second, "webhooks:no-such", "turns:none", "x"]);
    expect(statuses(redriven)).toEqual(["redriven", "not_found", "not_found", "not_found"]);
    expect(redriven.isComplete).toBe(true);
    expect(statuses(await view().redriveIds("app-one", [second, first]))).toEqual(["not_found", "redriven"]);
    expect((await queues.takeJobs()).map(({ event }) => event.data.msgUID).sort()).toEqual(["m-1", "m-2"]);
    expect(log.lines.filter(({ event }) => event === "dead_letter_redriven")).toHaveLength(2);
  });

  test("cannot redrive another app's, even by its id", async () => {
    await queues.giveUp(webhookJob("m-1", "u7", other));
    const [id = ""] = await idsOf("app-two");
    expect(statuses(await view().redriveIds("app-one", [id]))).toEqual(["not_found"]);
    expect(statuses(await view().redriveMatching("app-one", {}))).toEqual([]);
    expect(await queues.takeJobs()).toEqual([]);
    expect(await uids("app-two")).toEqual(["m-1"]);
  });

  test("redrives all that a filter matches, and none else", async () => {
    await queues.giveUp(webhookJob("m-1"));
    await queues.giveUp(webhookJob("m-2", "u7", { botUserId: "bot-two" }));
    await queues.giveUp(webhookJob("m-3", "u7", other));
    expect(statuses(await view().redriveMatching("app-one", { bot: "bot-two" }))).toEqual(["redriven"]);
    expect((await queues.takeJobs()).map(({ event }) => event.data.msgUID)).toEqual(["m-2"]);
    expect([await uids("app-one"), await uids("app-two")]).toEqual([["m-1"], ["m-3"]]);
  });

  test("learns that a job has ended in the meantime, which is not run again", async () => {
    const job = webhookJob("m-1");
    await queues.addDead(job, { reason: "HTTP 410", tries: 7 });
    await queues.finish(job, "delivered");
    const [id = ""] = await idsOf("app-one");
    expect((await view().redriveIds("app-one", [id])).results).toEqual([
      { id, status: "already_done", outcome: "delivered" },
    ]);
    expect([await queues.takeJobs(), await uids("app-one")]).toEqual([[], []]);
  });

  test("learns that a worker has it", async () => {
    const job = webhookJob("m-1");
    await queues.addDead(job, { reason: "HTTP 410", tries: 7 });
    await queues.claim(job);
    expect(statuses(await view().redriveIds("app-one", await idsOf("app-one")))).toEqual(["running"]);
    expect(await uids("app-one")).toEqual(["m-1"]);
  });

  test("whose redrive fails keeps the letter, and only the log has the cause", async () => {
    await queues.giveUp(webhookJob("m-1"));
    const ids = await idsOf("app-one");
    const failing = () => Promise.reject(new Error("connect ECONNREFUSED 10.0.0.1"));
    queues.ports.queue.send = failing;
    const redriven = await view().redriveIds("app-one", ids);
    expect(redriven.results).toEqual([{ id: ids[0], status: "failed" }]);
    expect(log.lines).toMatchObject([{ event: "dead_letter_not_redriven", level: "error" }]);
    expect(await uids("app-one")).toEqual(["m-1"]);
  });
});

describe("two calls at the same time", () => {
  test("redrive a letter once, and run its job once if both get it", async () => {
    const job = webhookJob("m-1");
    await queues.giveUp(job);
    const ids = await idsOf("app-one");
    const both = await Promise.all([view().redriveIds("app-one", ids), view().redriveIds("app-one", ids)]);
    expect(both.flatMap(statuses).filter((status) => status === "redriven")).toHaveLength(1);
    expect(await queues.takeJobs()).toHaveLength(1);
  });

  test("say that something may be missing while the other has it", async () => {
    await queues.giveUp(webhookJob("m-1"));
    const seen: boolean[] = [];
    await queues.readDeadLetters(async () => {
      const { letters, isComplete } = await view().list("app-one", {}, 100);
      seen.push(isComplete || letters.length > 0);
      seen.push((await view().redriveIds("app-one", ["webhooks:x"])).results[0]?.status !== "not_reached");
    });
    expect(seen).toEqual([false, false]);
  });
});

describe("many dead letters", () => {
  const giveUpMany = async (count: number, given = {}): Promise<void> => {
    for (let at = 0; at < count; at += 1)
      await queues.addDead(webhookJob(`m-${at}`, `u-${at}`, given), { reason: "HTTP 410", tries: 1 });
  };

  test("of other apps do not hide an app's own", async () => {
    await giveUpMany(25, other);
    await queues.giveUp(webhookJob("m-own"));
    expect(await uids("app-one")).toEqual(["m-own"]);
  });

  test("are listed up to the limit, which says that there are more", async () => {
    await giveUpMany(25);
    const { letters, isComplete } = await view().list("app-one", {}, 15);
    expect([letters.length, isComplete]).toEqual([15, false]);
    // What was received and not shown is there again at once.
    expect((await view().list("app-one", {}, 100)).letters).toHaveLength(25);
  });

  test("are read until the time is over, and what was read is released", async () => {
    await giveUpMany(25);
    let now = Date.now();
    const clock = {
      ...systemClock,
      now: () => {
        now += 2_000;
        return now;
      },
    };
    const { letters, isComplete } = await view(clock).list("app-one", {}, 100);
    expect(letters.length).toBeLessThan(25);
    expect(isComplete).toBe(false);
    expect((await view().list("app-one", {}, 100)).letters).toHaveLength(25);
  });

  test("that are not wanted are received up to a limit", async () => {
    await giveUpMany(25, other);
    const visited: unknown[] = [];
    const read: ReadResult = await queues.readDeadLetters(
      async (letter) => {
        visited.push(letter);
      },
      { isWanted: ({ job }) => job?.appKey === "app-one", maxReceived: 10 },
    );
    expect([visited.length, read.isCut]).toEqual([0, true]);
    expect(await queues.list()).toHaveLength(25);
  });
});
