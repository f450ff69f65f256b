import { randomUUID } from "node:crypto";
import { type Message, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { makeRecallsTable } from "#adapters/dynamodb/recalls-table.ts";
import { noStories } from "#adapters/dynamodb/story-attributes.ts";
import { systemClock as clock } from "#adapters/node/system-clock.ts";
import { makeSignUserToken } from "#adapters/secrets/sign-user-token.ts";
import { makeJobQueue } from "#adapters/sqs/job-queue.ts";
import type { Clock } from "#core/shared/clock.ts";
import { endingMs } from "#core/turn/turn-time.ts";
import { startSecrets } from "../../local/aws/secrets.ts";
import { sqsEventOf } from "../../local/aws/sqs-event.ts";
import { startDifySimulator } from "../../local/dify/server.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { eventually } from "../support/eventually.ts";
import { turnJob } from "../support/jobs.ts";
import { startQueue, type TestQueue } from "../support/sqs.ts";
import { callStreamed } from "../support/streamed-call.ts";
import { startTableServer } from "../support/table-server/start.ts";
import { bot, difyIntegration, messageEvent } from "../support/turns.ts";
import { lambdaContext, proxyEvent } from "../unit/adapters/api-gateway/proxy-event.ts";
import { app, appsOf } from "../unit/adapters/secrets/apps.ts";

/** Invocations of one instance of a handler at the same time. */
const atOnce = 64;
const testApp = app();
const botId = "bot-helpdesk";
const words = Array.from({ length: 30 }, (_, n) => `word${n}`).join(" ");
/** The pace of Dify's answers, each of which repeats its own question; until `release`, an answer waits after its first word. */
const paceMs = 1;
const lateAfterMs = 6_000;

/** A third each: answers that reach their end, that are stopped, and, begun last, those whose time is over before. */
const endingOf = (n: number) => {
  if (n >= (atOnce * 2) / 3) return "late";
  return n % 2 === 0 ? "whole" : "stopped";
};
const leftMsOf = (n: number): number => (endingOf(n) === "late" ? endingMs + lateAfterMs : 900_000);
const numbers = Array.from({ length: atOnce }, (_, n) => n);
const those = (ending: ReturnType<typeof endingOf>): number[] =>
  numbers.filter((n) => endingOf(n) === ending);

/**
 * Begins all, two at a time: queue, Dify and IM share this thread, and calls of AWS clients have a time limit.
 */
const beginAll = async <T>(count: () => number, begin: (n: number) => T): Promise<T[]> => {
  const before = count();
  const begun: T[] = [];
  for (const n of numbers) {
    begun.push(begin(n));
    await eventually(() => expect(count() - before).toBeGreaterThan(n - 2));
  }
  await eventually(() => expect(count() - before).toBe(atOnce));
  return begun;
};
const isLate = (userId: string): boolean => those("late").some((n) => userId === `im-${n}`);
const questionOf = (n: number): string => `question ${n} ${words} end ${n}`;

let release: () => void;
let released: Promise<void>;
const hold = (): void => {
  ({ promise: released, resolve: release } = Promise.withResolvers<void>());
};
/** Late answers never go on. */
const difyClock: Clock = {
  ...clock,
  sleep: (ms, signal) => (ms === paceMs ? released : clock.sleep(ms, signal)),
};

let im: ImSimulator;
let tables: Record<"bots" | "conversations" | "turns" | "guards", TestTable>;
let queue: TestQueue;
let questions: () => number;

beforeAll(async () => {
  im = closeAfterAll(await startImSimulator({ appKey: testApp.appKey, appSecret: testApp.secrets[0] ?? "" }));
  const dify = closeAfterAll(await startDifySimulator({ clock: difyClock }));
  dify.configure("app-many", { paceMs });
  questions = () => dify.requests.filter(({ path }) => path === "/v1/chat-messages").length;
  const server = closeAfterAll(await startTableServer());
  const bots = closeAfterAll(await startTable("bots", server));
  tables = {
    bots,
    conversations: closeAfterAll(await startTable("conversations", bots)),
    turns: closeAfterAll(await startTable("turns", bots)),
    guards: closeAfterAll(await startTable("guards", bots)),
  };
  queue = closeAfterAll(await startQueue());
  const encoded = (keys: typeof testApp.dataKeys) =>
    keys.map(({ id, key }) => ({ id, key: key.toString("base64") }));
  const secret = {
    secrets: testApp.secrets,
    dataKeys: encoded(testApp.dataKeys),
    tokenKeys: encoded(testApp.tokenKeys),
  };
  const values = { apps: JSON.stringify({ apps: { [testApp.appKey]: secret } }) };
  const secrets = closeAfterAll(await startSecrets({ secrets: [], values }));
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_DYNAMODB: bots.endpoint,
    AWS_ENDPOINT_URL_SQS: new URL(queue.queueUrl).origin,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    POWERTOOLS_SERVICE_NAME: "test",
    BOTS_TABLE: bots.tableName,
    CONVERSATIONS_TABLE: tables.conversations.tableName,
    TURNS_TABLE: tables.turns.tableName,
    GUARDS_TABLE: tables.guards.tableName,
    SECRET_ID: "apps",
    APPS: "",
    ALLOW_PRIVATE_CALLBACKS: "1",
    RONGCLOUD_API_URL: im.url,
    IM_CALLS_PER_SECOND: "100",
    TURN_STORY_DAYS: "7",
    SLOTS_PER_APP: "200",
    SLOTS_PER_BOT: "100",
    SLOTS_PER_USER: "10",
    SLOTS_IN_TOTAL: "",
    TURNS_PER_MINUTE: "10",
    TURNS_AT_ONCE: "5",
    CORS_ORIGINS: "",
    TURNS_QUEUE_URL: queue.queueUrl,
    DEAD_LETTERS_URL: queue.queueUrl,
  });
  await makeBotsTable({ ...bots, apps: appsOf(testApp), clock }).create(
    testApp.appKey,
    bot({ userId: botId, integrations: [difyIntegration({ callbackUrl: dify.url, apiKey: "app-many" })] }),
    10,
  );
}, 60_000);

/** Nothing holds a conversation or a slot when all turns have ended. */
const expectNothingHeld = async (): Promise<void> => {
  expect((await tables.conversations.items()).filter(({ heldBy }) => heldBy !== undefined)).toEqual([]);
  const attributes = (await tables.guards.items()).flatMap((item) => Object.keys(item));
  expect(attributes.filter((name) => name.startsWith("slot#"))).toEqual([]);
};

/** Over the IM, a user is also told that a late answer was interrupted. */
const expectedText = (channel: "im" | "http", n: number): RegExp =>
  ({
    whole: new RegExp(`^Hello ${channel}-${n}, [^]*question ${n} [^]*end ${n}\\b`),
    stopped: /^Hello $/,
    late: channel === "im" ? /^Hello\s+\(/ : /^Hello $/,
  })[endingOf(n)];

beforeEach(hold);

describe(`${atOnce} invocations at the same time of one instance of`, () => {
  test("turn-worker have leases, recalls and deadlines of their own", async () => {
    const { handler } = await import("../../functions/turn-worker/handler.ts");
    const jobs = numbers.map((n) => {
      const content = JSON.stringify({ content: questionOf(n) });
      const data = { fromUserId: `im-${n}`, toUserId: botId, msgUID: `MANY-0000-0000-${n}`, content };
      return turnJob({
        appKey: testApp.appKey,
        botUserId: botId,
        event: messageEvent(data),
        acceptedAt: clock.now(),
      });
    });
    await makeJobQueue({ client: queue.client, queueUrl: queue.queueUrl }).send(jobs);
    const messages: Message[] = [];
    while (messages.length < atOnce) {
      const { Messages = [] } = await queue.client.send(
        new ReceiveMessageCommand({
          QueueUrl: queue.queueUrl,
          MaxNumberOfMessages: 10,
          MessageSystemAttributeNames: ["All"],
          MessageAttributeNames: ["All"],
        }),
      );
      messages.push(...Messages);
    }
    const numberOf = ({ Body = "" }: Message): number => Number(/MANY-0000-0000-(\d+)/.exec(Body)?.[1]);
    const running = await beginAll(questions, (n) => {
      const message = messages.find((each) => numberOf(each) === n);
      if (!message) throw new Error(`no message ${n}`);
      const event = sqsEventOf([message], "arn:aws:sqs:us-east-1:000000000000:turns");
      const leftMs = leftMsOf(n);
      const context = {
        ...lambdaContext,
        awsRequestId: randomUUID(),
        getRemainingTimeInMillis: () => leftMs,
      };
      return handler(event as never, context);
    });
    expect(im.messages().filter(({ complete, targetId }) => complete && !isLate(targetId))).toEqual([]);
    const recalls = makeRecallsTable({ ...tables.guards, clock });
    await Promise.all(
      those("stopped").map((n) =>
        recalls.add({
          appKey: testApp.appKey,
          channelType: "PERSON",
          targetId: botId,
          msgUID: `MANY-0000-0000-${n}`,
          byUserId: `im-${n}`,
          isAdmin: false,
        }),
      ),
    );
    await Promise.all([...those("stopped"), ...those("late")].map((n) => running[n]));
    release();
    for (const result of await Promise.all(running)) expect(result).toEqual({ batchItemFailures: [] });

    const answers = numbers.map((n) => im.messages().filter(({ targetId }) => targetId === `im-${n}`));
    for (const n of numbers) {
      expect(answers[n]).toMatchObject([{ fromUserId: botId, complete: true }]);
      expect(answers[n]?.[0]?.text).toMatch(expectedText("im", n));
    }
    await expectNothingHeld();
  }, 120_000);

  test("chat-stream have leases, stops and deadlines of their own", async () => {
    const { handler } = await import("../../functions/chat-stream/handler.ts");
    const signToken = makeSignUserToken({ clock, lifeMs: 60_000 });
    const tokens = await Promise.all(
      numbers.map((n) => signToken(testApp, { userId: `http-${n}`, bots: undefined })),
    );
    const replies = await beginAll(questions, (n) => {
      const token = tokens[n];
      const event = proxyEvent({
        resource: "/v1/bots/{userId}/chat",
        path: `/v1/bots/${botId}/chat`,
        pathParameters: { userId: botId },
        headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
        body: JSON.stringify({ content: questionOf(n) }),
      });
      return callStreamed(handler, event, leftMsOf(n));
    });
    expect(replies.filter(({ isDone }, n) => isDone() && endingOf(n) !== "late")).toHaveLength(0);
    const turns = makeChatTurnsTable({ ...tables.turns, clock, stories: noStories });
    const turnOf = (n: number): string => /"turn":"([^"]+)"/.exec(replies[n]?.text() ?? "")?.[1] ?? "";
    await eventually(() => expect(new Set(numbers.map(turnOf)).size).toBe(atOnce));
    await Promise.all(
      those("stopped").map((n) =>
        turns.requestStop(
          { appKey: testApp.appKey, turn: turnOf(n) },
          { userId: `http-${n}`, botUserId: botId },
        ),
      ),
    );
    await Promise.all([...those("stopped"), ...those("late")].map((n) => replies[n]?.done));
    release();
    await Promise.all(replies.map(({ done }) => done));

    const deltas = (n: number): string =>
      [...(replies[n]?.text().matchAll(/^data: (.*)$/gm) ?? [])]
        .map(([, data = "{}"]) => JSON.parse(data).content ?? "")
        .join("");
    const lastOf = (n: number): string =>
      [...(replies[n]?.text().matchAll(/^event: (\w+)$/gm) ?? [])].at(-1)?.[1] ?? "";
    for (const n of numbers) {
      expect(deltas(n)).toMatch(expectedText("http", n));
      expect({ n, last: lastOf(n) }).toEqual({ n, last: endingOf(n) === "late" ? "error" : "end" });
    }
    await expectNothingHeld();
  }, 120_000);
});
