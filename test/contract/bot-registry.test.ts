import { beforeAll, describe, expect, test } from "@jest/globals";
import { closeAfterAll } from "../support/close-after.ts";
import { type Endpoint, startRegistry, type TestRegistry } from "./bot-registry.ts";

let registry: TestRegistry;
beforeAll(async () => {
  registry = closeAfterAll(await startRegistry());
});

const done = { status: 200, body: { code: 200 }, text: expect.any(String) };

const webhook = { type: "webhook", callbackUrl: "https://yourserver.com/callback?tenant=7&stage='test'" };
const chat = {
  type: "dify_chat",
  callbackUrl: "https://api.dify.ai/v1",
  auth: { apiKey: "app-1234567890abcdef" },
};
const helpdesk = {
  userId: "bot-helpdesk",
  name: "客服 😀",
  type: "faq",
  profileUrl: "https://example.com/bot.png",
  metadata: { version: 1, beta: true, tone: "formal" },
  integrations: [chat, webhook],
};

const filledIn = {
  enabled: true,
  objectNames: [],
  events: [],
  stream: true,
  handleResponse: true,
  options: {},
};
const webhookShown = { ...webhook, ...filledIn };
const chatShown = { ...chat, ...filledIn, auth: { apiKey: "app-****cdef" } };
const helpdeskShown = (at: number) => ({
  ...helpdesk,
  metadata: { version: "1", beta: "true", tone: "formal" },
  integrations: [webhookShown, chatShown],
  createdAt: at,
  updatedAt: at,
});

/** The fields that the Java SDK's classes keep of a bot that they read. */
const asSdkModel = ({
  createdAt: _created,
  updatedAt: _updated,
  ...bot
}: ReturnType<typeof helpdeskShown>) => ({
  ...bot,
  integrations: bot.integrations.map(({ options: _options, ...integration }) => integration),
});

const withHelpdesk = async () => {
  const caller = registry.begin();
  await caller.call("create", helpdesk);
  const botsOf = async (...userIds: string[]) => (await caller.call("get", { userIds })).body.bots;
  return { ...caller, botsOf, shown: helpdeskShown(registry.clock.now()) };
};

const keyOf = async (appKey: string, type: string): Promise<unknown> => {
  const opened = await registry.store.findWithKeys(appKey, "bot-helpdesk");
  const integration = opened?.integrations.find((each) => each.type === type);
  return integration && "apiKey" in integration ? integration.apiKey : undefined;
};

test("the Java SDK's eight calls work one after the other", async () => {
  const { call, appKey } = registry.begin();
  const created = {
    userId: "bot-helpdesk",
    name: "Helpdesk",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    metadata: null,
    integrations: [
      {
        enabled: null,
        type: "dify_chat",
        callbackUrl: "https://api.dify.ai/v1",
        objectNames: ["RC:TxtMsg"],
        events: null,
        stream: false,
        handleResponse: null,
        auth: { apiKey: "app-1234567890abcdef" },
        agent: null,
        waitForInputCompletion: true,
        gentleResponse: true,
      },
    ],
  };
  expect(await call("create", created)).toEqual(done);

  const read = {
    userId: "bot-helpdesk",
    name: "Helpdesk",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    metadata: {},
    createdAt: expect.any(Number),
    updatedAt: expect.any(Number),
  };
  const flags = { waitForInputCompletion: true, gentleResponse: true };
  const chatRead = { ...chatShown, objectNames: ["RC:TxtMsg"], stream: false, ...flags };
  expect((await call("query", {})).body).toEqual({ code: 200, bots: [read], total: 1, hasNext: false });

  const added = {
    userId: "bot-helpdesk",
    enabled: true,
    type: "dify_workflow",
    callbackUrl: "https://dify.example.com/v1",
    auth: { apiKey: "app-fedcba0987654321" },
    agent: { agentId: "a1" },
  };
  expect(await call("integration/create", added)).toEqual(done);
  const changed = {
    userId: "bot-helpdesk",
    enabled: false,
    type: "dify_workflow",
    events: ["message:group"],
  };
  expect(await call("integration/update", changed)).toEqual(done);
  const workflowRead = {
    type: "dify_workflow",
    callbackUrl: "https://dify.example.com/v1",
    ...filledIn,
    enabled: false,
    events: ["message:group_mentioned"],
    auth: { apiKey: "app-****4321" },
  };
  expect((await call("query", { page: 1, pageSize: 20, includeIntegration: true })).body).toEqual({
    code: 200,
    bots: [{ ...read, integrations: [chatRead, workflowRead] }],
    total: 1,
    hasNext: false,
  });

  expect(await call("integration/delete", { userId: "bot-helpdesk", type: "dify_chat" })).toEqual(done);
  expect(await call("update", { userId: "bot-helpdesk", name: "Sales" })).toEqual(done);
  expect((await call("get", { userIds: ["bot-helpdesk"] })).body).toEqual({
    code: 200,
    bots: [{ ...read, name: "Sales", integrations: [workflowRead] }],
    total: 1,
    hasNext: false,
  });
  expect(await keyOf(appKey, "dify_workflow")).toBe("app-fedcba0987654321");

  expect(await call("delete", { userId: "bot-helpdesk" })).toEqual(done);
  expect((await call("get", { userIds: ["bot-helpdesk"] })).body).toEqual({
    code: 200,
    bots: [],
    total: 0,
    hasNext: false,
  });
});

describe("a bot that was read with the SDK, changed in one field and sent back whole", () => {
  test("keeps its keys, which were sent masked, and everything else", async () => {
    const { call, botsOf, appKey, shown } = await withHelpdesk();
    const [bot] = await botsOf("bot-helpdesk");
    expect(await call("update", { ...asSdkModel(bot), name: "Sales" })).toEqual(done);
    expect(await botsOf("bot-helpdesk")).toEqual([{ ...shown, name: "Sales" }]);
    expect(await keyOf(appKey, "dify_chat")).toBe("app-1234567890abcdef");
  });

  test("may have a new key, an added integration or a removed one", async () => {
    const { call, botsOf, appKey } = await withHelpdesk();
    const agent = { ...chat, type: "dify_agent", auth: { apiKey: "app-agentagentagent" } };
    const integrations = [{ ...chat, auth: { apiKey: "app-newnewnewnew5678" } }, agent];
    expect(await call("update", { userId: "bot-helpdesk", integrations })).toEqual(done);
    expect((await botsOf("bot-helpdesk"))[0].integrations).toEqual([
      { ...chatShown, auth: { apiKey: "app-****5678" } },
      { ...chatShown, type: "dify_agent", auth: { apiKey: "app-****gent" } },
    ]);
    expect(await keyOf(appKey, "dify_chat")).toBe("app-newnewnewnew5678");
    expect(await keyOf(appKey, "dify_agent")).toBe("app-agentagentagent");
  });

  test("keeps its integrations if it was read without them", async () => {
    const { call, botsOf, shown } = await withHelpdesk();
    const { bots } = (await call("query", {})).body;
    expect(bots[0]).not.toHaveProperty("integrations");
    await call("update", { ...bots[0], type: "sales" });
    expect(await botsOf("bot-helpdesk")).toEqual([{ ...shown, type: "sales" }]);
  });
});

describe("an update", () => {
  test("replaces metadata whole, keeps createdAt and changes updatedAt", async () => {
    const { call, botsOf } = await withHelpdesk();
    await registry.clock.advance(1000);
    await call("update", { userId: "bot-helpdesk", metadata: { version: 2 } });
    const { createdAt, updatedAt, metadata } = (await botsOf("bot-helpdesk"))[0];
    expect({ metadata, age: updatedAt - createdAt }).toEqual({ metadata: { version: "2" }, age: 1000 });
  });

  test("of an integration changes the fields it names, and keeps a key that is sent masked", async () => {
    const { call, botsOf, appKey } = await withHelpdesk();
    const sent = {
      userId: "bot-helpdesk",
      type: "dify_chat",
      auth: { apiKey: "app-****cdef" },
      stream: false,
    };
    expect(await call("integration/update", sent)).toEqual(done);
    expect((await botsOf("bot-helpdesk"))[0].integrations).toEqual([
      webhookShown,
      { ...chatShown, stream: false },
    ]);
    expect(await keyOf(appKey, "dify_chat")).toBe("app-1234567890abcdef");
  });

  test("of an integration accepts a new key", async () => {
    const { call, appKey } = await withHelpdesk();
    const auth = { apiKey: "app-newnewnewnew5678" };
    await call("integration/update", { userId: "bot-helpdesk", type: "dify_chat", auth });
    expect(await keyOf(appKey, "dify_chat")).toBe("app-newnewnewnew5678");
  });
});

describe("reading bots", () => {
  const fill = async (...userIds: string[]) => {
    const caller = registry.begin();
    for (const userId of userIds) await caller.call("create", { ...helpdesk, userId });
    const idsOf = async (endpoint: Endpoint, body: object): Promise<unknown> => {
      const { bots, total, hasNext } = (await caller.call(endpoint, body)).body;
      return { ids: bots.map(({ userId }: { userId: string }) => userId), total, hasNext };
    };
    return idsOf;
  };

  test("by id returns each once, in the order requested, and omits unknown ones", async () => {
    const idsOf = await fill("b1", "b2", "b3");
    const userIds = ["b3", "unknown", "b1", "b3", "app"];
    expect(await idsOf("get", { userIds })).toEqual({ ids: ["b3", "b1"], total: 2, hasNext: false });
  });

  test("by page returns all of them, ordered by id, and says whether there are more", async () => {
    const idsOf = await fill("b3", "b1", "b5", "b2", "b4");
    expect(await idsOf("query", {})).toEqual({
      ids: ["b1", "b2", "b3", "b4", "b5"],
      total: 5,
      hasNext: false,
    });
    const page = (page: number) => idsOf("query", { page, pageSize: 2 });
    expect(await page(1)).toEqual({ ids: ["b1", "b2"], total: 5, hasNext: true });
    expect(await page(2)).toEqual({ ids: ["b3", "b4"], total: 5, hasNext: true });
    expect(await page(3)).toEqual({ ids: ["b5"], total: 5, hasNext: false });
    expect(await page(4)).toEqual({ ids: [], total: 5, hasNext: false });
    expect(await idsOf("query", { pageSize: 5 })).toMatchObject({ total: 5, hasNext: false });
    expect(await page(1_000_000)).toEqual({ ids: [], total: 5, hasNext: false });
  });

  test("shows an app only its own bots", async () => {
    const idsOf = await fill("b1");
    const other = registry.begin();
    expect((await other.call("query", {})).body).toEqual({ code: 200, bots: [], total: 0, hasNext: false });
    expect((await other.call("get", { userIds: ["b1"] })).body.bots).toEqual([]);
    expect((await other.call("delete", { userId: "b1" })).status).toBe(400);
    expect(await idsOf("query", {})).toMatchObject({ ids: ["b1"] });
  });
});
