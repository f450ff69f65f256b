import { beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { ForwardCall, ForwardedCall, ImReply } from "#core/intake/forward-call.ts";
import { closeAfterAll, closeAfterEach } from "../support/close-after.ts";
import { bot, dify } from "../unit/functions/bot-registry/samples.ts";
import { type Endpoint, startRegistry, type TestCaller, type TestRegistry } from "./bot-registry.ts";

const done = { status: 200, body: { code: 200 } };
const agent = {
  type: "rc_agentchat",
  objectNames: ["RC:TxtMsg"],
  agent: { agentId: "a1" },
};

describe("with RongCloud behind the bridge", () => {
  let registry: TestRegistry;
  let caller: TestCaller;
  let forwarded: ForwardedCall[];
  let reply: ImReply;

  beforeAll(async () => {
    const forwardCall: ForwardCall = async (call) => {
      forwarded.push(call);
      return reply;
    };
    registry = closeAfterAll(await startRegistry({ forwardCall }));
  });
  beforeEach(() => {
    caller = registry.begin();
    forwarded = [];
    reply = { status: 200, contentType: "application/json", body: '{"code":200}' };
  });

  test("a bot with an agent is created at RongCloud, with its body unchanged", async () => {
    const created = bot({ userId: "bot-agent", integrations: [dify(), agent] });
    expect(await caller.call("create", created)).toMatchObject(done);
    expect(forwarded).toEqual([
      expect.objectContaining({ path: "/v3/bot/create.json", contentType: "application/json" }),
    ]);
    expect(JSON.parse(forwarded[0]?.body ?? "")).toEqual(created);
    expect(await registry.store.find(caller.appKey, ["bot-agent"])).toEqual([]);
  });

  test.each<[Endpoint, object]>([
    ["update", { userId: "bot-theirs", integrations: [agent] }],
    ["update", { userId: "bot-theirs", name: "Sales" }],
    ["delete", { userId: "bot-theirs" }],
    ["integration/create", { userId: "bot-theirs", ...agent }],
    ["integration/update", { userId: "bot-theirs", ...agent, stream: false }],
    ["integration/delete", { userId: "bot-theirs", type: "rc_agentchat" }],
  ])("%s of a bot that the bridge does not have is RongCloud's to answer", async (endpoint, body) => {
    reply = { status: 400, contentType: "application/json", body: '{"code":1002,"errorMessage":"theirs"}' };
    expect(await caller.call(endpoint, body)).toMatchObject({
      status: 400,
      body: { errorMessage: "theirs" },
    });
    expect(forwarded.map(({ path }) => path)).toEqual([`/v3/bot/${endpoint}.json`]);
  });

  test("a bot of the bridge is not forwarded, and gets no agent", async () => {
    const own = bot({ integrations: [dify()] });
    expect(await caller.call("create", own)).toMatchObject(done);
    const rule = 'a bot of the bridge cannot have an agent of RongCloud, got "rc_agentchat"';
    const { userId } = own;
    expect((await caller.call("create", bot({ integrations: [dify(), agent] }))).body).toEqual({
      code: 1002,
      errorMessage: `integrations[1].type: ${rule}`,
    });
    expect((await caller.call("integration/create", { userId, ...agent })).body).toEqual({
      code: 1002,
      errorMessage: `type: ${rule}`,
    });
    expect(await caller.call("update", { userId, name: "Sales" })).toMatchObject(done);
    expect(await caller.call("integration/delete", { userId, type: "dify_chat" })).toMatchObject(done);
    expect(await caller.call("delete", { userId })).toMatchObject(done);
    expect(forwarded).toEqual([]);
  });

  test("bots are found in both places", async () => {
    await caller.call("create", bot({ userId: "bot-own" }));
    const theirs = { userId: "bot-agent", name: "Theirs", integrations: [agent] };
    reply = { ...reply, body: JSON.stringify({ code: 200, total: 1, hasNext: false, bots: [theirs] }) };
    const { body } = await caller.call("get", { userIds: ["bot-agent", "bot-own"] });
    expect(body).toMatchObject({ code: 200, total: 2, bots: [{ userId: "bot-own" }, theirs] });
    expect(JSON.parse(forwarded[0]?.body ?? "")).toEqual({ userIds: ["bot-agent"] });
  });

  test("a search that RongCloud refuses finds the bridge's own bots", async () => {
    await caller.call("create", bot({ userId: "bot-own" }));
    reply = { status: 404, contentType: "text/plain", body: "no such path" };
    const { body } = await caller.call("get", { userIds: ["bot-own", "bot-typo"] });
    expect(body).toMatchObject({ total: 1, bots: [{ userId: "bot-own" }] });
  });

  test("a bot without an agent is created here, and what is no bot id is refused here", async () => {
    await caller.call("create", bot());
    for (const userId of [undefined, null, 7, "", "x".repeat(65)]) {
      expect((await caller.call("delete", { userId })).status).toBe(400);
    }
    expect(forwarded).toEqual([]);
  });
});

test("without RongCloud an agent is refused, and the message says why", async () => {
  const { call } = closeAfterEach(await startRegistry()).begin();
  const rule = 'RongCloud\'s agents need RongCloud, and passThrough is off, got "rc_agentchat"';
  expect((await call("create", bot({ integrations: [agent] }))).body).toEqual({
    code: 1002,
    errorMessage: `integrations[0].type: ${rule}`,
  });
  expect((await call("integration/create", { userId: "bot-helpdesk", ...agent })).body).toEqual({
    code: 1002,
    errorMessage: `type: ${rule}`,
  });
});
