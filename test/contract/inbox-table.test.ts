import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeInboxTable } from "#adapters/dynamodb/inbox-table.ts";
import { makeReadTurnJob } from "#adapters/dynamodb/read-turn-job.ts";
import type { AppSecrets } from "#adapters/secrets/app-secrets.ts";
import type { TurnJob } from "#core/jobs/job.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { turnJob } from "../support/jobs.ts";
import { makeMemoryLog } from "../support/memory-log.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { bot, messageEvent } from "../support/turns.ts";
import { app, appsOf, namedKey } from "../unit/adapters/secrets/apps.ts";

let guards: TestTable;
let bots: TestTable;
beforeAll(async () => {
  guards = closeAfterAll(await startTable("guards"));
  bots = closeAfterAll(await startTable("bots", guards));
  await makeBotsTable({ ...bots, apps, clock: makeTestClock() }).create("app-one", bot(), 10);
});

const apps = appsOf(app({ appKey: "app-one" }));
let senders = 0;

/** A sender that no other test uses. */
const begin = () => {
  senders += 1;
  const sender = `u${senders}`;
  const clock = makeTestClock();
  const log = makeMemoryLog();
  const inbox = makeInboxTable({ client: guards.client, tableName: guards.tableName, apps });
  const readWith = (known: AppSecrets, job: TurnJob) =>
    makeReadTurnJob({
      client: guards.client,
      botsTable: bots.tableName,
      guardsTable: guards.tableName,
      apps: known,
      clock,
      log,
    })(job);
  const readTurnJob = (job: TurnJob) => readWith(apps, job);
  const jobOf = (msgUID: string, content = msgUID, data: Partial<MessageEvent["data"]> = {}): TurnJob => {
    const event = messageEvent({ fromUserId: sender, msgUID, content: JSON.stringify({ content }), ...data });
    return turnJob({ event, acceptedAt: clock.now(), merges: true });
  };
  const add = async (...ids: readonly string[]): Promise<void> => {
    for (const id of ids) await inbox.add(jobOf(id));
  };
  const read = async (job = jobOf("any")): Promise<string[]> => {
    const { inbox: messages } = await readTurnJob(job);
    return messages
      .map(({ event, takenBy }) =>
        takenBy === undefined ? event.data.msgUID : `${event.data.msgUID} by ${takenBy}`,
      )
      .sort();
  };
  return { sender, clock, log, inbox, jobOf, add, read, readTurnJob, readWith };
};

describe("an inbox", () => {
  test("has the messages of its sender as they were sent, each once", async () => {
    const { inbox, jobOf, readTurnJob } = begin();
    const job = jobOf("m1", "汉 😀 \ud800");
    await Promise.all([inbox.add(job), inbox.add(job), inbox.add(jobOf("m2"))]);
    const { inbox: messages } = await readTurnJob(job);
    expect(messages).toHaveLength(2);
    expect(messages).toContainEqual({ event: job.event, acceptedAt: job.acceptedAt });
  });

  test.each<[string, Partial<MessageEvent["data"]>, Partial<TurnJob>]>([
    ["sender", { fromUserId: "another" }, {}],
    ["group", { channelType: "GROUP", toUserId: "g1" }, {}],
    ["integration", {}, { integrationType: "dify_chat" }],
  ])("is that of no other %s", async (_part, data, given) => {
    const { add, jobOf, read } = begin();
    await add("m1");
    expect(await read({ ...jobOf("m1", "m1", data), ...given })).toEqual([]);
  });

  test("is read only for jobs that may be merged", async () => {
    const { add, jobOf, read } = begin();
    await add("m1");
    expect(await read({ ...jobOf("m1"), merges: false })).toEqual([]);
  });

  test("contains no text in the clear", async () => {
    const { inbox, jobOf, sender } = begin();
    await inbox.add(jobOf("m1", "my account number"));
    const items = (await guards.items()).filter(({ guard }) => String(guard).includes(`"${sender}"`));
    expect(items).toHaveLength(1);
    expect(JSON.stringify(items)).not.toContain("account");
  });

  test("takes neither a message that is too large, nor one too many", async () => {
    const { inbox, jobOf, read } = begin();
    await inbox.add(jobOf("large", "x".repeat(4_000)));
    await inbox.add(jobOf("wide", "汉".repeat(1_500)));
    expect(await read()).toEqual([]);
    // Each nearly as large as possible: an item has room for all.
    for (const id of Array.from({ length: 34 }, (_, at) => `m${at}`))
      await inbox.add(jobOf(id, "汉".repeat(1_150)));
    expect(await read()).toHaveLength(32);
  });

  test("has a picture without its preview, which would be too large", async () => {
    const { inbox, jobOf, readTurnJob } = begin();
    const content = { content: "A".repeat(20_000), imageUri: "https://example.com/p.png" };
    const job = jobOf("p", "", { objectName: "RC:ImgMsg", content: JSON.stringify(content) });
    await inbox.add(job);
    const { inbox: messages } = await readTurnJob(job);
    expect(messages.map(({ event }) => JSON.parse(event.data.content))).toEqual([
      { imageUri: content.imageUri },
    ]);
  });

  test("is that of half an hour, and kept for three hours", async () => {
    const { add, jobOf, read, clock } = begin();
    await add("m1");
    await clock.advance(29 * 60_000);
    await add("m2");
    expect(await read()).toEqual(["m1", "m2"]);
    const job = jobOf("m2");
    await clock.advance(60_000);
    expect(await read()).toEqual([]);
    expect(await read(job)).toEqual(["m1", "m2"]);
    await clock.advance(3 * 60 * 60_000);
    expect(await read(job)).toEqual([]);
  });

  test("whose key is gone is empty, and the log says so", async () => {
    const { inbox, jobOf, readWith, log } = begin();
    const job = { ...jobOf("m1"), botUserId: "bot-gone" };
    await inbox.add(job);
    const others = appsOf(app({ dataKeys: [namedKey("d2", 9)] }));
    expect(await readWith(others, job)).toMatchObject({ inbox: [] });
    expect(log.lines).toMatchObject([{ level: "error", event: "inbox_unreadable" }]);
  });
});

describe("messages", () => {
  test("are taken by one message, all or none", async () => {
    const { inbox, jobOf, add, read } = begin();
    await add("m1", "m2", "m3");
    expect(await inbox.take(jobOf("m1"), ["m2"])).toBe(true);
    expect(await inbox.take(jobOf("m3"), ["m2"])).toBe(false);
    expect(await inbox.take(jobOf("m3"), ["m1", "m2"])).toBe(false);
    expect(await inbox.take(jobOf("m1"), ["gone"])).toBe(false);
    expect(await read()).toEqual(["m1", "m2 by m1", "m3"]);
  });

  test("are taken even if the write is repeated, since its response was lost", async () => {
    const { inbox, jobOf, add } = begin();
    await add("m1", "m2");
    expect(await inbox.take(jobOf("m1"), ["m2"])).toBe(true);
    expect(await inbox.take(jobOf("m1"), ["m2"])).toBe(true);
  });

  test("that were taken stay so if the IM delivers them again", async () => {
    const { inbox, jobOf, add, read } = begin();
    await add("m1", "m2");
    await inbox.take(jobOf("m1"), ["m2"]);
    await add("m2");
    expect(await read()).toEqual(["m1", "m2 by m1"]);
  });
});
