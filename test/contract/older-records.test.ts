import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { readReference } from "#adapters/dify/dify-ids.ts";
import { makeAnswerPiecesTable } from "#adapters/dynamodb/answer-pieces-table.ts";
import { makeBotsTable } from "#adapters/dynamodb/bots-table.ts";
import { makeChatTurnsTable } from "#adapters/dynamodb/chat-turns-table.ts";
import { makeJobsTable } from "#adapters/dynamodb/jobs-table.ts";
import { noStories } from "#adapters/dynamodb/story-attributes.ts";
import { parseTurnJob, parseWebhookJob } from "#adapters/sqs/job-message.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { startTable, type TestTable } from "../support/dynamodb.ts";
import { makeTestClock } from "../support/test-clock.ts";
import { app, appsOf } from "../unit/adapters/secrets/apps.ts";

// As written by the version before models had their own memory, which runs next to this one during a
// deployment: literal values, since the output of today's code would change with it. Conversations have a
// file of their own.

const startMs = Date.UTC(2026, 0, 1);
const dayMs = 24 * 60 * 60 * 1000;
const leaseMs = 25_000;
const clock = makeTestClock(startMs);
const apps = appsOf(app());

let turns: TestTable;
let bots: TestTable;
let guards: TestTable;
beforeAll(async () => {
  turns = closeAfterAll(await startTable("turns"));
  bots = closeAfterAll(await startTable("bots"));
  guards = closeAfterAll(await startTable("guards"));
});

const putInto = ({ client, tableName }: TestTable, Item: Record<string, unknown>) =>
  client.send(new PutCommand({ TableName: tableName, Item }));

describe("a client's turn that an older version began", () => {
  const named = { conversationId: "c1", messageId: "m1", taskId: "k1", user: "u7" };
  const record = {
    version: 1,
    state: "running",
    token: "the older one's",
    heldUntil: startMs + 10_000,
    expiresAt: startMs + dayMs,
    ttl: (startMs + 2 * dayMs) / 1000,
    userId: "u7",
    botUserId: "bot-helpdesk",
    integrationType: "dify_chatflow",
    conversation: null,
    questionHash: "what was asked",
    keepsAnswer: true,
    attempt: 1,
  };
  const shown = {
    appKey: "app-one",
    userId: "u7",
    botUserId: "bot-helpdesk",
    integrationType: "dify_chatflow",
    conversation: undefined,
    questionHash: "what was asked",
    keepsAnswer: true,
  } as const;
  const owner = { userId: "u7", botUserId: "bot-helpdesk" };

  const setUp = async (turn: string, given: Record<string, unknown> = {}) => {
    await putInto(turns, { turn: `["chat","app-one","${turn}"]`, ...record, ...given });
    const id = { ...shown, turn };
    const storeAt = (now: number) =>
      makeChatTurnsTable({ ...turns, clock: makeTestClock(now), stories: noStories });
    return { id, store: storeAt(startMs), storeAt };
  };

  test("is found while it runs, and its user stops it by Dify's ids", async () => {
    const { id, store } = await setUp("runs", { named });
    expect(await store.find(id)).toEqual({
      ...id,
      state: "running",
      attempt: 1,
      heldUntil: startMs + 10_000,
      replayUntil: undefined,
      reference: JSON.stringify(named),
    });
    const asked = await store.requestStop(id, owner);
    expect(readReference(asked?.reference ?? "")).toEqual({ taskId: "k1", messageId: "m1", user: "u7" });
    const lease = { token: "the older one's", expiresAt: startMs + 12_000 };
    expect(await store.renew(id, lease)).toBe("stop");
  });

  test("of a workflow, which has no message, is found by its task", async () => {
    const { id, store } = await setUp("workflow", { named: { taskId: "k1", user: "u7" } });
    const { reference } = (await store.find(id)) ?? {};
    expect(readReference(reference ?? "")).toEqual({ taskId: "k1", messageId: undefined, user: "u7" });
  });

  test("is found as done, and if it failed for a transient reason begins again with nothing of that run", async () => {
    const ended = { state: "done", replayUntil: startMs + 600_000, named };
    const { id, store } = await setUp("done", { ...ended, mayBeAskedAgain: false });
    const lease = { token: "mine", expiresAt: startMs + 10_000 };
    expect(await store.begin(id, lease)).toMatchObject({ status: "existing", turn: { state: "done" } });
    const failed = await setUp("failed", { ...ended, mayBeAskedAgain: true });
    expect(await failed.store.begin(failed.id, lease)).toEqual({ status: "begun", attempt: 2 });
    expect(await failed.store.find(failed.id)).toMatchObject({ reference: undefined });
  });

  test("after a crash of this version has the ids that Dify gave it last", async () => {
    const { id, storeAt } = await setUp("both", { named, reference: "of the run before" });
    expect(await storeAt(startMs).find(id)).toMatchObject({ reference: JSON.stringify(named) });
  });

  test("is taken over once its lease has expired", async () => {
    const { id, storeAt } = await setUp("dead", { named });
    const lease = { token: "mine", expiresAt: startMs + 20_000 };
    expect(await storeAt(startMs + 9_999).begin(id, lease)).toMatchObject({ status: "existing" });
    expect(await storeAt(startMs + 10_000).begin(id, lease)).toEqual({ status: "begun", attempt: 2 });
  });
});

test("the pieces of an answer that an older version stored are readable", async () => {
  const sealed = [
    "d1.SathZzjWBNCekbrD4qN+fL1Haq3qs7jMDXtdkH+AgpJCLL+WwPlO2Zz+PAZjvXWsSSuokJRiP61Lqe9eUuQjbhDtoftsGwl85q5qOC9/3TjXRNM3iGtkC+vC929X/sizUM9suLvsqe72JWP/YLnFb1xkmJveMbehyGP1jOSen/kKE4UgkeVllQSjBycPOnxF0L+y6TcHXuThp6piGSot",
    "d1.tHkd8dDZ1REBrAjiadeRhMEgPP1K31W3wmJpy5WwQhMGMeLYpsAEJQGB3tS2Qzei84ydczYCLWxvhuaEWUwf7KO4Cb/3d+KCgAntKpll4p2tO+jcMwQMdinIJcm1PUprjJxGncMG+tpyZhFe7FTTDVjFdhuuagqKLPeaqRY6ozFnRZZF1mGQ8Ox9KH95PtTgdae0KQHMqfeda2/wN66wIElQu1rCFxPJqcClZDtYDlXTecLybBP1bO1BuK367FWUntGTiDy9p9IZ8+NRLoKFR9kI5SAhe4LE76De47cVGw1rXpBYxqcMHobOyvNVQQebNU0GBG8TkvLdrzPce/O2wg==",
  ];
  const expiresAt = startMs + 1_500_000;
  await Promise.all(
    sealed.map((each, n) =>
      putInto(guards, {
        guard: `piece#["app-one","t1",1,${n}]`,
        version: 1,
        sealed: each,
        expiresAt,
        ttl: (expiresAt + dayMs) / 1000,
      }),
    ),
  );
  const usage = { promptTokens: 33, totalTokens: 40, totalPrice: "0.0000121", currency: "USD" };
  const sources = [{ dataset: "faq", document: "hours.md", content: "9 to 5", score: 0.98 }];
  const store = makeAnswerPiecesTable({ ...guards, apps, clock });
  expect(await store.read({ appKey: "app-one", turn: "t1", attempt: 1 }, 0, 9)).toEqual([
    {
      events: [
        { type: "start", turn: "t1", conversation: null },
        { type: "delta", content: "Hello " },
        { type: "replace", content: "Hi" },
      ],
    },
    { events: [{ type: "end", stopped: false, paused: true, usage, sources }] },
  ]);
});

test("a bot that an older version stored is read with its key and options, and shown without its key", async () => {
  const fields = { enabled: true, objectNames: [], events: [], stream: true, handleResponse: true };
  const webhook = { type: "webhook", ...fields, callbackUrl: "https://yourserver.com/callback" };
  const dify = {
    type: "dify_chatflow",
    ...fields,
    callbackUrl: "https://api.dify.ai/v1",
    maskedApiKey: "app-****0001",
  };
  const options = {
    filter: { contains: ["order", "订单"], matches: ["^#\\d+$"] },
    everyone: true,
    context: "group",
    slidingContext: true,
    showThinking: true,
    typing: false,
    errorText: "Sorry.",
  };
  const bot = {
    userId: "bot-helpdesk",
    name: "Helpdesk",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    metadata: { tone: "formal" },
    createdAt: startMs,
    updatedAt: startMs,
  };
  const sealedApiKey = "d1.InIPksSoGKpHI2/hjJanmlyLeVwJ/xPnoJA7Q6vFTr7abkBw5VTunz9zjxBw9Lw=";
  await putInto(bots, {
    appKey: "app-one",
    item: "bot#bot-helpdesk",
    version: 1,
    writtenBy: "6f1c0d0e-4a53-4c8e-9f43-52d0a3f2b7a1",
    ...bot,
    integrations: { webhook, dify_chatflow: { ...dify, sealedApiKey } },
    "options:webhook": {},
    "options:dify_chatflow": options,
  });
  const store = makeBotsTable({ ...bots, apps, clock });
  const shown = {
    ...bot,
    integrations: [
      { ...webhook, options: {} },
      { ...dify, options },
    ],
  };
  expect(await store.find("app-one", ["bot-helpdesk"])).toEqual([shown]);
  expect(await store.findWithKeys("app-one", "bot-helpdesk")).toEqual({
    ...shown,
    integrations: [shown.integrations[0], { ...shown.integrations[1], apiKey: "app-secret-key-0001" }],
  });
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
    makeJobsTable({ ...turns, clock: makeTestClock(now), stories: noStories }).claim(
      { ...id, msgUID },
      { token: "mine", expiresAt: now + leaseMs },
    );

  test("is also done for the newer version", async () => {
    await put("done", { state: "done", outcome: "answered", expiresAt: startMs + dayMs });
    expect(await claim("done", startMs)).toEqual({ status: "done" });
  });

  test("is left to it while its lease lasts, and is taken over with all its attempts after that", async () => {
    await put("running", { state: "running", tries: 2, expiresAt: startMs + 900_000 });
    expect(await claim("running", startMs)).toMatchObject({ status: "busy", tries: 3 });
    expect(await claim("running", startMs + 900_000)).toEqual({ status: "claimed", tries: 4 });
  });

  test("is taken over with the message that it left open", async () => {
    const open = { messageUID: "m1", seq: 3 };
    await put("open", { state: "running", tries: 1, expiresAt: startMs, open });
    expect(await claim("open", startMs)).toEqual({ status: "claimed", tries: 2, open });
  });
});

describe("a job that an older version queued", () => {
  const event = {
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
  };
  const job = { appKey: "app-one", botUserId: "bot-helpdesk", event, acceptedAt: startMs };
  const data = { ...event.data, channelType: "GROUP", toUserId: "g1", source: "iOS" };
  const ofGroup = { ...event, type: "message:group_mentioned", data };

  test.each([
    ["dify_chat", job],
    ["dify_completion", { ...job, redrivenAt: startMs + 1 }],
    ["dify_chatflow", { ...job, event: ofGroup, sharesContext: true }],
    ["dify_agent", { ...job, event: ofGroup, sharesContext: false }],
    ["dify_workflow", job],
  ])("is parsed by the turn worker: %s", (integrationType, given) => {
    const body = JSON.stringify({ version: 1, ...given, integrationType });
    expect(parseTurnJob(body)).toEqual({ ...given, integrationType });
    expect(() => parseWebhookJob(body)).toThrow();
  });

  test.each([
    ["message:private", job],
    ["message:private_recall", { ...job, redrivenAt: startMs + 1 }],
    ["group:user_join", { ...job, event: ofGroup }],
  ])("is parsed by the webhook worker: %s", (type, given) => {
    const sent = { ...given, integrationType: "webhook", event: { ...given.event, type } };
    const body = JSON.stringify({ version: 1, ...sent });
    expect(parseWebhookJob(body)).toEqual(sent);
    expect(() => parseTurnJob(body)).toThrow();
  });
});
