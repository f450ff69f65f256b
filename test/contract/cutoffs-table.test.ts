import { beforeAll, describe, expect, test } from "@jest/globals";
import { makeCutoffsTable } from "#adapters/dynamodb/cutoffs-table.ts";
import { makeFindStop } from "#adapters/dynamodb/job-stops.ts";
import type { TurnJob } from "#core/jobs/job.ts";
import type { BotChat } from "#core/message/chat-cutoff.ts";
import type { MessageEvent } from "#core/message/message-event.ts";
import { rememberRecallForMs } from "#core/message/recall.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { interceptedClient } from "../support/intercepted-client.ts";
import { turnJob } from "../support/jobs.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { messageEvent } from "../support/turns.ts";

let table: TestTable;
beforeAll(async () => {
  table = closeAfterAll(await startTable("guards"));
});

let chats = 0;
/** A user that no other test uses. */
const begin = () => {
  chats += 1;
  const user = `u${chats}`;
  const group = `g${chats}`;
  const clock = makeTestClock();
  const now = clock.now();
  const calls: object[] = [];
  const client = interceptedClient(table.client, (command, send) => {
    calls.push(command);
    return send();
  });
  const ports = { client, tableName: table.tableName, clock };
  const cutoffs = makeCutoffsTable(ports);
  const findStop = makeFindStop(ports);
  const bot = { appKey: "app-one", botUserId: "bot-helpdesk" };
  const userChat: BotChat = { ...bot, channelType: "PERSON", targetId: user };
  const groupChat: BotChat = { ...bot, channelType: "GROUP", targetId: group };
  /** What stops a message that the user sent so long before now, in milliseconds. */
  const stopOf = (agoMs: number, data: Partial<MessageEvent["data"]> = {}, job: Partial<TurnJob> = {}) => {
    const msgTimestamp = now - agoMs;
    const event = messageEvent({ fromUserId: user, msgUID: `m-${chats}`, msgTimestamp, ...data });
    return findStop(turnJob({ ...bot, event, acceptedAt: msgTimestamp + 20, ...job }), { mayLag: false });
  };
  const inGroup = { channelType: "GROUP", toUserId: group } as const;
  const itemOf = async () => (await table.items()).find(({ guard }) => String(guard).includes(`"${user}"`));
  return { user, userChat, groupChat, inGroup, clock, now, cutoffs, stopOf, itemOf, calls };
};

describe("a chat's cutoff", () => {
  test("stops messages that were sent before it, and no others", async () => {
    const { cutoffs, userChat, stopOf, now } = begin();
    expect(await stopOf(1)).toBeUndefined();
    await cutoffs.advance(userChat, now);
    expect(await stopOf(1)).toBe("stopped");
    expect(await stopOf(0)).toBeUndefined();
  });

  test("only advances, whatever arrives late or twice", async () => {
    const { cutoffs, userChat, now } = begin();
    await Promise.all([0, 30, 10, 30].map((ms) => cutoffs.advance(userChat, now + ms)));
    expect(await cutoffs.find(userChat)).toBe(now + 30);
  });

  test("is set and pulled back, but not forward", async () => {
    const { cutoffs, userChat, now } = begin();
    await cutoffs.pullBack(userChat, now);
    expect(await cutoffs.find(userChat)).toBeUndefined();
    await cutoffs.set(userChat, now + 1_000);
    await cutoffs.advance(userChat, now);
    expect(await cutoffs.find(userChat)).toBe(now + 1_000);
    await cutoffs.pullBack(userChat, now + 2_000);
    expect(await cutoffs.find(userChat)).toBe(now + 1_000);
    await cutoffs.pullBack(userChat, now);
    expect(await cutoffs.find(userChat)).toBe(now);
  });

  test("of a group stops all its members, that of a member only them", async () => {
    const { cutoffs, groupChat, inGroup, user, stopOf, now } = begin();
    await cutoffs.advance({ ...groupChat, memberId: user }, now);
    expect(await stopOf(1, inGroup)).toBe("stopped");
    expect(await stopOf(1, { ...inGroup, fromUserId: "another" })).toBeUndefined();
    await cutoffs.advance(groupChat, now);
    expect(await stopOf(1, { ...inGroup, fromUserId: "another" })).toBe("stopped");
  });

  test.each<[string, Partial<BotChat>]>([
    ["app", { appKey: "app-two" }],
    ["bot", { botUserId: "bot-other" }],
    ["user", { targetId: "another" }],
    ["channel", { channelType: "GROUP" }],
  ])("of another %s stops nothing", async (_part, other) => {
    const { cutoffs, userChat, stopOf, now } = begin();
    await cutoffs.advance({ ...userChat, ...other }, now);
    expect(await stopOf(1)).toBeUndefined();
  });

  test("does not stop commands, which are not for the bot", async () => {
    const { cutoffs, userChat, stopOf, now } = begin();
    await cutoffs.advance(userChat, now);
    expect(await stopOf(1, {}, { command: "reset" })).toBeUndefined();
  });

  test("holds back what a person's input continues only while it is in the future", async () => {
    const { cutoffs, userChat, stopOf, now } = begin();
    const times = { since: now, until: now, round: 1, sentAt: now, nextAt: now };
    const check = { pauseId: "p1", ...times };
    await cutoffs.advance(userChat, now);
    expect(await stopOf(1_000, {}, { check })).toBeUndefined();
    await cutoffs.set(userChat, now + 60_000);
    expect(await stopOf(1_000, {}, { check })).toBe("stopped");
  });

  test("is found with the recall in one call", async () => {
    const { cutoffs, userChat, stopOf, now, calls } = begin();
    await cutoffs.advance(userChat, now);
    calls.length = 0;
    await stopOf(1);
    expect(calls).toHaveLength(1);
  });

  test("is kept as long as jobs that it may stop", async () => {
    const { cutoffs, userChat, itemOf, clock, now } = begin();
    await cutoffs.set(userChat, now + 60_000);
    const expiresAt = now + 60_000 + rememberRecallForMs;
    expect(await itemOf()).toMatchObject({ expiresAt, ttl: expiresAt / 1000 + 24 * 60 * 60 });
    await clock.advance(expiresAt - now);
    expect(await cutoffs.find(userChat)).toBeUndefined();
  });
});
