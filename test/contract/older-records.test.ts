import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeConversationsTable } from "#adapters/dynamodb/conversations-table.ts";
import { makeTurnsTable } from "#adapters/dynamodb/turns-table.ts";
import { parseTurnJob } from "#adapters/sqs/job-message.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeTestClock } from "../support/test-clock.ts";

// As the version before conversations were held, and turns noted what they left open, wrote them: letter by letter, since
// what the code of today writes would change with it.

const startMs = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;

let conversations: TestTable;
let turns: TestTable;
beforeAll(async () => {
  [conversations, turns] = await Promise.all([startTable("conversations"), startTable("turns")]);
});
afterAll(() => Promise.all([conversations.close(), turns.close()]));

const putInto = ({ client, tableName }: TestTable, Item: Record<string, unknown>) =>
  client.send(new PutCommand({ TableName: tableName, Item }));

const conversation = {
  conversationId: "1e5c2a4e-0f8a-4f0f-9d3b-0a1b2c3d4e5f",
  user: "u7",
  startedAt: startMs - dayMs / 2,
  expiresAt: startMs + dayMs / 2,
};

test("a conversation that an older version kept goes on, and its turns are counted from now on", async () => {
  await putInto(conversations, {
    conversation: '["app-one","bot-helpdesk","dify_chat","PERSON","bot-helpdesk","u7"]',
    version: 1,
    ...conversation,
    ttl: (startMs + 1.5 * dayMs) / 1000,
  });
  const store = makeConversationsTable({ ...conversations, clock: makeTestClock(startMs) });
  const key = {
    appKey: "app-one",
    botUserId: "bot-helpdesk",
    integrationType: "dify_chat",
    channelType: "PERSON",
    targetId: "bot-helpdesk",
    senderId: "u7",
  } as const;
  expect(await store.find(key)).toMatchObject({ conversationId: conversation.conversationId });
  const hold = { turnId: "t1", token: "mine", heldUntil: startMs + 25_000 };
  expect(await store.open(key, hold)).toMatchObject({ status: "open", conversation });
  await store.close(key, "mine", undefined);
  expect(await store.find(key)).toEqual({ ...conversation, turns: 1 });
});

describe("a job that an older version ran", () => {
  const id = {
    appKey: "app-one",
    eventType: "message:private",
    fromUserId: "u7",
    botUserId: "bot-helpdesk",
    integrationType: "dify_chat",
  } as const;
  const put = (msgUID: string, given: Record<string, unknown>) =>
    putInto(turns, {
      turn: `["app-one","message:private","${msgUID}","u7","bot-helpdesk","dify_chat"]`,
      version: 1,
      token: "the older one's",
      ttl: (startMs + 2 * dayMs) / 1000,
      ...given,
    });
  const claim = (msgUID: string, now: number) =>
    makeTurnsTable({ ...turns, clock: makeTestClock(now) }).claim(
      { ...id, msgUID },
      { token: "mine", expiresAt: now + 25_000 },
    );

  test("is done for the newer one too", async () => {
    await put("done", { state: "done", outcome: "answered", expiresAt: startMs + dayMs });
    expect(await claim("done", startMs)).toEqual({ status: "done" });
  });

  test("is left to it while its lease lasts, and taken over with all its tries after", async () => {
    await put("running", { state: "running", tries: 2, expiresAt: startMs + 900_000 });
    expect(await claim("running", startMs)).toMatchObject({ status: "busy", tries: 3 });
    expect(await claim("running", startMs + 900_000)).toEqual({ status: "claimed", tries: 4 });
  });

  test("and put into the queue is read", () => {
    const job = {
      appKey: "app-one",
      botUserId: "bot-helpdesk",
      integrationType: "dify_chat",
      event: {
        type: "message:private",
        timestamp: startMs,
        data: {
          fromUserId: "u7",
          toUserId: "bot-helpdesk",
          objectName: "RC:TxtMsg",
          content: '{"content":"hello"}',
          channelType: "PERSON",
          msgTimestamp: startMs,
          msgUID: "5FGT-7VA9-G4DD-4V5P",
        },
      },
      acceptedAt: startMs,
    };
    expect(parseTurnJob(JSON.stringify({ version: 1, ...job }))).toEqual(job);
  });
});
