import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { beforeAll, expect, test } from "@jest/globals";
import { startDynamoDb } from "../../local/aws/dynamodb.ts";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { localCredentials, userToken } from "../support/chat/chat-server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { makeClient } from "../support/dynamodb.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, createBotAt, localApp, textMessage } from "../support/signed-call.ts";

let dify: DifySimulator;
let im: ImSimulator;
let bridge: RunningBridge;
let allRecords: () => Promise<Record<string, unknown>[]>;

const createBot = async (userId: string, type: string, apiKey: string): Promise<void> => {
  const limits = { perUser: { turnsPerDay: 100 } };
  // So that their messages are in an inbox, too.
  const options = { limits, merge: { quietSeconds: 1 } };
  const integration = { type, callbackUrl: dify.url, auth: { apiKey }, options };
  await createBotAt(bridge.url, userId, integration);
};

beforeAll(async () => {
  const database = closeAfterAll(
    await startDynamoDb({ tables: [], endpoint: undefined, dataDir: undefined }),
  );
  const client = makeClient(database.endpoint);
  allRecords = async () => {
    const { TableNames = [] } = await client.send(new ListTablesCommand({}));
    const scanned = await Promise.all(
      TableNames.map((TableName) => client.send(new ScanCommand({ TableName }))),
    );
    return scanned.flatMap(({ Items = [] }) => Items);
  };
  dify = closeAfterAll(await startDifySimulator());
  im = closeAfterAll(await startImSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url, DYNAMODB_ENDPOINT: database.endpoint });
  dify.configure("app-chat", { paceMs: 1 });
  dify.configure("app-workflow", { mode: "workflow", paceMs: 1 });
  await createBot("bot-chat", "dify_chatflow", "app-chat");
  await createBot("bot-workflow", "dify_workflow", "app-workflow");
}, 60_000);

const tokenOf = async (userId: string): Promise<string> => {
  const fields = { userId, name: `Name of ${userId}`, portraitUri: "https://example.com/u.png" };
  const { body } = await callApi(bridge.url, "/user/getToken.json", new URLSearchParams(fields));
  return (body as { token: string }).token;
};

const ask = (token: string, botId: string, content: string, conversation?: string): Promise<Response> =>
  fetch(`${bridge.url}/v1/bots/${botId}/chat`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ content, conversation }),
  });

const say = async (userId: string, botId: string, content: string): Promise<string> => {
  const { body } = await callApi(
    bridge.url,
    "/message/private/publish.json",
    textMessage(userId, botId, content),
  );
  const [{ messageUID }] = (body as { messageUIDs: [{ messageUID: string }] }).messageUIDs;
  await eventually(() => {
    const answers = im.messages().filter(({ targetId, complete }) => targetId === userId && complete);
    expect(answers.some(({ text }) => text.includes(content) || botId === "bot-workflow")).toBe(true);
  });
  return messageUID;
};

/** What a user of both bots leaves behind, over the IM and HTTP. */
const live = async (userId: string): Promise<string> => {
  const token = await tokenOf(userId);
  for (const [content, conversation] of [["over http"], ["named", "plans"]] as const) {
    const response = await ask(token, "bot-chat", `${content} of ${userId}`, conversation);
    expect(await response.text()).toContain("event: end");
  }
  const msgUID = await say(userId, "bot-chat", `over the im of ${userId}`);
  await say(userId, "bot-workflow", "run");
  const recall = { fromUserId: userId, conversationType: "1", targetId: "bot-chat", messageUID: msgUID };
  await callApi(
    bridge.url,
    "/message/recall.json",
    new URLSearchParams({ ...recall, sentTime: String(Date.now()) }),
  );
  const pause = { userId: "bot-chat", targetId: userId, until: Date.now() + 60_000 };
  expect(await callApi(bridge.url, "/v3/bot/chat/pause.json", pause)).toMatchObject({ status: 200 });
  return token;
};

interface Page {
  readonly items: readonly Record<string, unknown>[];
  readonly next?: string;
}

const exportAll = async (userId: string): Promise<Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = [];
  let cursor: string | undefined;
  do {
    const { status, body } = await callApi(bridge.url, "/v3/user/export.json", { userId, cursor });
    expect(status).toBe(200);
    const page = body as Page;
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined);
  return items;
};

const erase = async (userId: string) => {
  const { status, body } = await callApi(bridge.url, "/v3/user/erase.json", { userId });
  expect(status).toBe(200);
  return body as {
    isComplete: boolean;
    erased: Record<string, number>;
    failed: unknown[];
    notErasable: unknown[];
  };
};

const conversationsInDify = async (user: string): Promise<unknown[]> => {
  const response = await fetch(`${dify.url}/conversations?user=${user}`, {
    headers: { authorization: "Bearer app-chat" },
  });
  return ((await response.json()) as { data: unknown[] }).data;
};

test("a user's data are exported, and erased; another user's stay", async () => {
  const token = await live("user-anna");
  const otherToken = await live("user-bert");
  // The records of their turns are written just after the answers.
  const found = await eventually(async () => {
    const items = await exportAll("user-anna");
    const turns = items.filter(({ kind, outcome }) => kind === "turn" && outcome === "answered");
    expect(turns).toHaveLength(4);
    return items;
  });
  const of = (kind: string) => found.filter((item) => item.kind === kind);
  expect(of("profile")).toMatchObject([{ name: "Name of user-anna" }]);
  expect(of("conversation")).toMatchObject([
    { bot: "bot-chat", targetId: "bot-chat", turns: 2 },
    { bot: "bot-chat", conversation: "plans", turns: 1 },
  ]);
  expect(of("message").map(({ question }) => question)).toEqual(
    expect.arrayContaining(["over http of user-anna", "named of user-anna", "over the im of user-anna"]),
  );
  expect(of("message")[0]).toMatchObject({ bot: "bot-chat", answer: expect.stringContaining("anna") });
  expect(of("not_listed")).toEqual([
    { kind: "not_listed", bot: "bot-workflow", integration: "dify_workflow" },
  ]);
  expect(JSON.stringify(found)).not.toContain("bert");

  const erased = await erase("user-anna");
  expect(erased).toMatchObject({
    isComplete: true,
    erased: { turns: 4, conversations: 3, modelConversations: 2 },
    failed: [],
    notErasable: [{ bot: "bot-workflow", integration: "dify_workflow" }],
  });
  const left = (await allRecords())
    .filter((record) => JSON.stringify(record).includes("user-anna"))
    .toSorted((one, other) => String(one.guard).localeCompare(String(other.guard)));
  // A pause that holds, and what keeps tokens of before revoked.
  expect(left).toMatchObject([
    { guard: expect.stringMatching(/^cutoff#/) },
    { guard: expect.stringMatching(/^user#/), revokedBefore: expect.any(Number) },
  ]);
  expect(Object.keys(left[1] ?? {}).sort()).toEqual([
    "expiresAt",
    "guard",
    "revokedBefore",
    "ttl",
    "version",
    "writtenBy",
  ]);
  expect(await conversationsInDify("user-anna")).toEqual([]);
  expect((await ask(token, "bot-chat", "again")).status).toBe(401);
  // Also of the question that was refused.
  await eventually(async () => expect(await erase("user-anna")).toMatchObject({ isComplete: true }));

  expect(await conversationsInDify("user-bert")).toHaveLength(2);
  expect((await ask(otherToken, "bot-chat", "still here")).status).toBe(200);
}, 90_000);

test("an erasure says which Dify failed, and an export which did not answer", async () => {
  await createBot("bot-wrong-key", "dify_chat", "wrong");
  const failure = { bot: "bot-wrong-key", integration: "dify_chat", code: "upstream_refused" };
  expect(await erase("user-carl")).toMatchObject({ isComplete: false, failed: [failure] });
  expect(await exportAll("user-carl")).toContainEqual({ kind: "failed", ...failure });
  await callApi(bridge.url, "/v3/bot/delete.json", { userId: "bot-wrong-key" });
  expect(await erase("user-carl")).toMatchObject({ isComplete: true });
});

test("a turn in progress is not erased; the call says that it is to be repeated", async () => {
  dify.configure("app-slow", {
    reply: { kind: "deltas", deltas: ["one ", "two ", "three "] },
    paceMs: 1_000,
  });
  await createBot("bot-slow", "dify_chat", "app-slow");
  const token = await userToken(
    { ...localCredentials, url: bridge.url, botId: "bot-slow", close: async () => {} },
    "user-dora",
  );
  const answer = (await ask(token, "bot-slow", "hello")).text();
  await eventually(async () => {
    const erased = await erase("user-dora");
    expect(erased).toMatchObject({ isComplete: false, inProgress: 1 });
  });
  expect(await answer).toContain("event: end");
  await eventually(async () => expect(await erase("user-dora")).toMatchObject({ isComplete: true }));
  const left = (await allRecords()).filter((record) => JSON.stringify(record).includes("user-dora"));
  expect(left).toHaveLength(1);
}, 60_000);

test.each([
  [{}, "userId"],
  [{ userId: "" }, "userId"],
  [{ userId: "user-anna", cursor: "bm90aGluZw" }, "cursor: must be the next of an earlier reply"],
])("bad input is refused by its field: %j", async (body, message) => {
  const { status, body: reply } = await callApi(bridge.url, "/v3/user/export.json", body);
  expect([status, (reply as { errorMessage: string }).errorMessage]).toEqual([
    400,
    expect.stringContaining(message),
  ]);
});
