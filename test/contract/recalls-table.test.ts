import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeFindStop } from "#adapters/dynamodb/job-stops.ts";
import { makeReadTurnJob } from "#adapters/dynamodb/read-turn-job.ts";
import { makeRecallsTable } from "#adapters/dynamodb/recalls-table.ts";
import type { TurnJob } from "#core/jobs/job.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { type Recall, rememberRecallForMs, type SentMessage } from "#core/message/recall.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { interceptedClient } from "../support/intercepted-client.ts";
import { turnJob } from "../support/jobs.ts";
import { makeMemoryLog } from "../support/memory-log.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { bot, messageEvent } from "../support/turns.ts";
import { app, appsOf } from "../unit/adapters/secrets/apps.ts";

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

let messages = 0;
/** A message that no other test uses. */
const begin = () => {
  messages += 1;
  const clock = makeTestClock();
  const store = makeRecallsTable({ ...table, clock });
  const message: SentMessage = {
    appKey: "app-one",
    channelType: "PERSON",
    targetId: "bot-helpdesk",
    msgUID: `m-${messages}`,
  };
  const takeBack = (given: Partial<Recall> = {}) =>
    store.add({ ...message, byUserId: "u7", isAdmin: false, ...given });
  const itemOf = async () =>
    (await table.items()).find(({ guard }) => String(guard).includes(`"${message.msgUID}"`));
  const findStop = makeFindStop({ ...table, clock });
  const isRecalled = async () => {
    const { appKey, targetId: botUserId, msgUID } = message;
    const job = turnJob({ appKey, botUserId, event: messageEvent({ msgUID, fromUserId: "u7" }) });
    return (await findStop(job, { mayLag: false })) === "recalled";
  };
  return { clock, message, isRecalled, takeBack, itemOf };
};

describe("a message", () => {
  test("is recalled once its sender has taken it back, however often", async () => {
    const { isRecalled, takeBack } = begin();
    expect(await isRecalled()).toBe(false);
    await Promise.all([takeBack(), takeBack(), takeBack()]);
    expect(await isRecalled()).toBe(true);
  });

  test("is not recalled by another user, who cannot prevent the sender from doing so", async () => {
    const { isRecalled, takeBack } = begin();
    await takeBack({ byUserId: "u8" });
    expect(await isRecalled()).toBe(false);
    await takeBack();
    await takeBack({ byUserId: "u9" });
    expect(await isRecalled()).toBe(true);
  });

  test("is recalled by an admin, no matter who sent it, and stays so", async () => {
    const { isRecalled, takeBack } = begin();
    await takeBack({ byUserId: "admin", isAdmin: true });
    await takeBack({ byUserId: "u8" });
    expect(await isRecalled()).toBe(true);
  });

  test.each([
    ["app", { appKey: "app-two" }],
    ["bot", { targetId: "bot-other" }],
    ["channel", { channelType: "GROUP" }],
    ["id", { msgUID: "another" }],
  ] as const)("is not recalled by the recall of a message with another %s", async (_part, other) => {
    const { isRecalled, takeBack } = begin();
    await takeBack({ ...other, isAdmin: true });
    expect(await isRecalled()).toBe(false);
  });

  test("is not recalled by a recall that has expired but was not deleted yet", async () => {
    const { isRecalled, takeBack, clock, itemOf } = begin();
    await takeBack();
    expect((await itemOf())?.ttl).toBe((clock.now() + rememberRecallForMs) / 1000 + 24 * 60 * 60);
    await clock.advance(rememberRecallForMs);
    expect(await isRecalled()).toBe(false);
  });
});

describe("what a worker reads before it runs a turn", () => {
  let bots: TestTable;
  beforeAll(async () => {
    bots = closeAfterAll(await startTable("bots", table));
  });

  const beginJob = async (given: Partial<MessageEvent> = {}, data: Partial<MessageEvent["data"]> = {}) => {
    const { takeBack, message, clock } = begin();
    const { appKey, msgUID } = message;
    const apps = appsOf(app({ appKey }));
    await makeBotsTable({ ...bots, apps, clock }).create(appKey, bot(), 10);
    const calls: object[] = [];
    const client = interceptedClient(table.client, (command, send) => {
      calls.push(command);
      return send();
    });
    const names = { botsTable: bots.tableName, guardsTable: table.tableName };
    const readTurnJob = makeReadTurnJob({ client, ...names, apps, clock, log: makeMemoryLog() });
    const read = (job: Partial<TurnJob> = {}) =>
      readTurnJob(turnJob({ appKey, event: messageEvent({ msgUID, ...data }, given), ...job }));
    return { read, calls, takeBack };
  };

  test("is the bot with its keys, and whether the message was taken back, in one call", async () => {
    const { read, calls, takeBack } = await beginJob();
    expect(await read()).toEqual({ bot: bot(), stop: undefined, inbox: [] });
    await takeBack();
    expect(await read()).toEqual({ bot: bot(), stop: "recalled", inbox: [] });
    expect(calls).toHaveLength(2);
  });

  test("includes the recall of a message to a bot that was removed", async () => {
    const { read, takeBack } = await beginJob();
    await takeBack({ targetId: "bot-gone" });
    expect(await read({ botUserId: "bot-gone" })).toEqual({ bot: undefined, stop: "recalled", inbox: [] });
  });

  test("in a group includes the recall of the group's message", async () => {
    const group = { channelType: "GROUP", toUserId: "g1" } as const;
    const { read, takeBack } = await beginJob({ type: "message:group_mentioned" }, group);
    await takeBack({ channelType: "GROUP", targetId: "g1" });
    expect(await read()).toMatchObject({ stop: "recalled" });
  });

  test("about the event of a recall is not that recall", async () => {
    const { read, takeBack } = await beginJob({ type: "message:private_recall" });
    await takeBack();
    expect(await read()).toEqual({ bot: bot(), stop: undefined, inbox: [] });
  });
});
