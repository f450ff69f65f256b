import { beforeAll, expect, test } from "@jest/globals";
import { makeCutoffsTable } from "#adapters/dynamodb/cutoffs-table.ts";
import { makePersonRecords } from "#adapters/dynamodb/person-records.ts";
import type { BotChat } from "#core/message/chat-cutoff.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeTestClock } from "../support/test-clock.ts";

let guards: TestTable;
beforeAll(async () => {
  guards = closeAfterAll(await startTable("guards"));
});

const hourMs = 60 * 60_000;

test("erasing a user removes old cutoffs, and leaves those that still stop answers", async () => {
  const clock = makeTestClock();
  const { client, tableName } = guards;
  const cutoffs = makeCutoffsTable({ client, tableName, clock });
  const records = makePersonRecords({
    client,
    tables: { conversations: "none", turns: "none", guards: tableName },
    conversations: { forget: async () => {} },
    revocations: { revoke: async () => {} },
    clock,
  });
  const chatWith = (botUserId: string): BotChat => ({
    appKey: "app-one",
    botUserId,
    channelType: "PERSON",
    targetId: "u1",
  });
  const now = clock.now();
  await cutoffs.set(chatWith("old"), now - hourMs - 1);
  await cutoffs.set(chatWith("stopped"), now - 60_000);
  await cutoffs.set(chatWith("paused"), now + 60_000);
  const models = ["old", "stopped", "paused"].map((bot) => ({ bot, type: "dify_chat" as const }));
  await records.removeUser({ appKey: "app-one", userId: "u1" }, models);
  const left = await Promise.all(models.map(({ bot }) => cutoffs.find(chatWith(bot))));
  expect(left).toEqual([undefined, now - 60_000, now + 60_000]);
});
