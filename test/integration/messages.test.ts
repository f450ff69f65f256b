import { setTimeout as delay } from "node:timers/promises";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import {
  type AppServerSimulator,
  type ReceivedWebhook,
  startAppServerSimulator,
} from "../../local/app-server/server.ts";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, run, startBridge } from "../support/local-run.ts";
import { callApi, localApp, textMessage } from "../support/signed-call.ts";

let dify: DifySimulator;
let im: ImSimulator;
let appServer: AppServerSimulator;
let bridge: RunningBridge;

beforeAll(async () => {
  const app = { appKey: localApp.appKey, appSecret: localApp.secret };
  const { promise: bridgeUrl, resolve } = Promise.withResolvers<string>();
  dify = closeAfterAll(await startDifySimulator());
  im = closeAfterAll(await startImSimulator(app));
  appServer = closeAfterAll(await startAppServerSimulator({ ...app, bridgeUrl }));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url });
  resolve(bridge.url);
  // Callbacks cache for five seconds who is a bot: by their turn these two are known.
  await createBot("bot-routed", webhook("bot-routed"));
  await createBot("bot-joins", webhook("bot-joins", { events: ["group:bot_join"] }));
}, 60_000);

const webhook = (botId: string, given: object = {}) => ({
  type: "webhook",
  callbackUrl: `${appServer.url}/${botId}`,
  ...given,
});
const chatflow = (given: object = {}) => ({
  type: "dify_chatflow",
  callbackUrl: dify.url,
  auth: { apiKey: "app-messages" },
  ...given,
});

const createBot = async (userId: string, ...integrations: readonly object[]): Promise<void> => {
  const reply = await callApi(bridge.url, "/v3/bot/create.json", {
    userId,
    name: "Helpdesk",
    type: "faq",
    profileUrl: "https://example.com/bot.png",
    metadata: { tone: "formal" },
    integrations,
  });
  expect(reply).toMatchObject({ status: 200, body: { code: 200 } });
};
const deleteBot = (userId: string) => callApi(bridge.url, "/v3/bot/delete.json", { userId });

const say = (toUserId: string, content: string, fromUserId = "u7") =>
  callApi(bridge.url, "/message/private/publish.json", textMessage(fromUserId, toUserId, content));

const callbackQuery = (): string => {
  const { "App-Key": appKey, Nonce, Timestamp, Signature } = signCall(localApp, Date.now());
  return `${new URLSearchParams({ appKey, nonce: Nonce, signTimestamp: Timestamp, signature: Signature })}`;
};
const routeMessage = (form: Record<string, string>) =>
  callApi(
    bridge.url,
    `/callbacks/rongcloud/messages?${callbackQuery()}`,
    new URLSearchParams({
      objectName: "RC:TxtMsg",
      channelType: "PERSON",
      msgTimestamp: String(Date.now()),
      ...form,
    }),
    {},
  );
const textOf = (content: string): string => JSON.stringify({ content });

const webhooksOf = (botId: string): ReceivedWebhook[] =>
  appServer.received().filter(({ path }) => path === `/${botId}`);
const webhooks = (botId: string, count: number, patienceMs?: number): Promise<ReceivedWebhook[]> =>
  eventually(() => {
    const received = webhooksOf(botId);
    if (received.length < count)
      throw new Error(`${received.length} webhooks of ${botId}\n${bridge.stderr()}`);
    return received;
  }, patienceMs);
const answers = (botId: string, count: number) =>
  eventually(() => {
    const answers = im.messages().filter(({ fromUserId, complete }) => fromUserId === botId && complete);
    if (answers.length < count) throw new Error(`${answers.length} answers of ${botId}\n${bridge.stderr()}`);
    return answers;
  });
/** Long enough to notice a message that should not arrive. */
const shortDelay = () => delay(1_500);

describe("a webhook", () => {
  test("receives a message, signed both ways, with the bot and the content", async () => {
    await createBot("bot-told", webhook("bot-told"));
    const { body } = await say("bot-told", "hello");
    const [received] = await webhooks("bot-told", 1);
    expect(received).toMatchObject({
      signatures: { query: "good", headers: "good" },
      status: 200,
      envelope: {
        type: "message:private",
        timestamp: expect.any(Number),
        bot: { userId: "bot-told", name: "Helpdesk", type: "faq", metadata: { tone: "formal" } },
        data: {
          fromUserId: "u7",
          toUserId: "bot-told",
          objectName: "RC:TxtMsg",
          content: textOf("hello"),
          channelType: "PERSON",
          msgUID: (body as { messageUIDs: { messageUID: string }[] }).messageUIDs[0]?.messageUID,
        },
      },
    });
    await deleteBot("bot-told");
  });

  test("answers by publishing as the bot, and its answer reaches the user", async () => {
    await createBot("bot-echo", { type: "webhook", callbackUrl: `${appServer.url}/echo` });
    await say("bot-echo", "are you there?");
    const [answer] = await answers("bot-echo", 1);
    expect(answer).toMatchObject({ targetId: "u7", text: "You said: are you there?" });
    await deleteBot("bot-echo");
  });

  test("that is down delays neither the bot's Dify answer nor another bot's webhook, and gets the message once it is up", async () => {
    appServer.behave({ path: "/bot-down", status: 503, times: 2 });
    await createBot("bot-down", webhook("bot-down"), chatflow());
    await createBot("bot-up", webhook("bot-up"));
    await say("bot-down", "hello");
    await say("bot-up", "hello");
    await webhooks("bot-up", 1);
    await answers("bot-down", 1);
    const attempts = await webhooks("bot-down", 3, 15_000);
    expect(attempts.map(({ status }) => status)).toEqual([503, 503, 200]);
    expect(new Set(attempts.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    await shortDelay();
    expect(webhooksOf("bot-down")).toHaveLength(3);
    await deleteBot("bot-down");
    await deleteBot("bot-up");
  }, 40_000);

  test("receives the messages of its conversation in order, even if the first has to be retried", async () => {
    await createBot("bot-order", webhook("bot-order"));
    appServer.behave({ path: "/bot-order", status: 500, times: 1 });
    for (const text of ["one", "two", "three"]) await say("bot-order", text);
    const received = await webhooks("bot-order", 4, 15_000);
    const acceptedWebhooks = received.filter(({ status }) => status === 200);
    expect(
      acceptedWebhooks.map(({ envelope }) => (envelope as { data: { content: string } }).data.content),
    ).toEqual(["one", "two", "three"].map(textOf));
    await deleteBot("bot-order");
  }, 30_000);
});

describe("a webhook that rejects a message", () => {
  const redrive = async (...options: readonly string[]): Promise<string> => {
    const command = run([process.execPath, "scripts/redrive.ts", "--url", bridge.url, ...options]);
    const { code, stdout, stderr } = await command.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout;
  };

  test("makes a dead letter at once, which is delivered by a redrive once the webhook works", async () => {
    await createBot("bot-refuses", webhook("bot-refuses"));
    appServer.behave({ path: "/bot-refuses", status: 410, times: 1 });
    await say("bot-refuses", "fix me");
    const [refused] = await webhooks("bot-refuses", 1);
    const listed = await eventually(async () => {
      const list = await redrive();
      expect(list).toMatch(/bot-refuses {2}webhook {2}.* attempts 1 {2}HTTP 410/);
      return list;
    });
    expect(listed).not.toContain("fix me");

    expect(await redrive("--bot", "bot-refuses")).toMatch(/→ redriven/);
    const [, brought] = await webhooks("bot-refuses", 2);
    expect(brought).toMatchObject({ status: 200, envelope: refused?.envelope });
    expect(brought?.headers["webhook-id"]).toBe(refused?.headers["webhook-id"]);
    expect(await redrive()).not.toContain("bot-refuses");
    await deleteBot("bot-refuses");
  }, 60_000);
});

describe("a message in a group", () => {
  const sayInGroup = (content: object, isMentioned: string) =>
    callApi(
      bridge.url,
      "/message/group/publish.json",
      new URLSearchParams({
        fromUserId: "u7",
        toGroupId: "g1",
        objectName: "RC:TxtMsg",
        content: JSON.stringify(content),
        isMentioned,
      }),
    );
  const mentioning = (...userIdList: readonly string[]) => ({
    content: "@Helpdesk hello",
    mentionedInfo: { type: 2, userIdList },
  });

  test("that mentions a bot is answered in the group, and its receipt names the group", async () => {
    await createBot("bot-group", webhook("bot-group"), chatflow());
    expect(await sayInGroup(mentioning("bot-group"), "1")).toMatchObject({
      status: 200,
      body: { code: 200, messageUIDs: [{ groupId: "g1", messageUID: expect.any(String) }] },
    });
    const [answer] = await answers("bot-group", 1);
    expect(answer).toMatchObject({ channelType: "GROUP", targetId: "g1" });
    const [received] = await webhooks("bot-group", 1);
    expect(received?.envelope).toMatchObject({
      type: "message:group_mentioned",
      data: { channelType: "GROUP", toUserId: "g1", fromUserId: "u7" },
    });
  });

  test("that mentions no one, or not with isMentioned, reaches no bot", async () => {
    await sayInGroup({ content: "hello all" }, "1");
    await sayInGroup(mentioning("bot-group"), "0");
    await sayInGroup({ content: "@all", mentionedInfo: { type: 1 } }, "1");
    await shortDelay();
    expect(webhooksOf("bot-group")).toHaveLength(1);
    await deleteBot("bot-group");
  });

  test("that mentions everyone reaches the integrations that ask for it", async () => {
    await createBot("bot-everyone", webhook("bot-everyone", { options: { everyone: true } }));
    await createBot("bot-reserved", webhook("bot-reserved"));
    await sayInGroup({ content: "@all", mentionedInfo: { type: 1 } }, "1");
    await webhooks("bot-everyone", 1);
    expect(webhooksOf("bot-reserved")).toHaveLength(0);
    await deleteBot("bot-everyone");
    await deleteBot("bot-reserved");
  });
});

describe("a callback from RongCloud", () => {
  test("that arrives four times at once is one event", async () => {
    const message = { fromUserId: "u7", toUserId: "bot-routed", content: textOf("hi"), msgUID: "UID-1" };
    const replies = await Promise.all(Array.from({ length: 4 }, () => routeMessage(message)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await webhooks("bot-routed", 1);
    await shortDelay();
    expect(await routeMessage(message)).toMatchObject({ status: 200, body: { code: 200 } });
    await shortDelay();
    expect(webhooksOf("bot-routed")).toHaveLength(1);
  }, 30_000);

  test("without msgUID is one event too, and the next message another", async () => {
    const message = {
      fromUserId: "u8",
      toUserId: "bot-routed",
      content: textOf("hi"),
      msgTimestamp: "1767225600101",
    };
    await Promise.all([routeMessage(message), routeMessage(message)]);
    await routeMessage({ ...message, content: textOf("again") });
    const received = await webhooks("bot-routed", 3);
    await shortDelay();
    expect(webhooksOf("bot-routed")).toHaveLength(3);
    expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(3);
  });

  test("delivers events other than messages to a bot that asks for them", async () => {
    const envelope = { type: "group:bot_join", timestamp: 1_767_225_600_123, bot: { userId: "bot-joins" } };
    const reply = await callApi(
      bridge.url,
      `/callbacks/rongcloud/bot-events?${callbackQuery()}`,
      { ...envelope, data: { fromUserId: "u7", groupId: "g1" } },
      {},
    );
    expect(reply).toMatchObject({ status: 200, body: { code: 200 } });
    const [received] = await webhooks("bot-joins", 1);
    expect(received?.envelope).toMatchObject({ type: "group:bot_join", data: { toUserId: "g1" } });
    await deleteBot("bot-joins");
  }, 30_000);

  test("that cannot be parsed is answered 200 and logged without its content; a forged one is rejected", async () => {
    const nonsense = { fromUserId: "u7", toUserId: "bot-routed", content: "no-json-of-mine" };
    expect(await routeMessage(nonsense)).toMatchObject({ status: 200, body: { code: 200 } });
    await eventually(() =>
      expect(bridge.stderr()).toMatch(/"event":"callback_dropped".*"reason":"content: /),
    );
    expect(bridge.stderr()).not.toContain("no-json-of-mine");
    const forged = await callApi(
      bridge.url,
      "/callbacks/rongcloud/messages?appKey=local-app-key&nonce=1&signTimestamp=1767225600101&signature=00",
      new URLSearchParams(nonsense),
      {},
    );
    expect(forged).toMatchObject({ status: 401, body: { code: 1004 } });
    await deleteBot("bot-routed");
  });
});

describe("a keyword filter", () => {
  test("passes only matching messages", async () => {
    await createBot(
      "bot-filter",
      webhook("bot-filter", { options: { filter: { startsWith: ["/help"], matches: ["^#\\d+$"] } } }),
    );
    for (const text of ["hello", "/HELP me", "#12", "#12a"]) await say("bot-filter", text);
    const received = await webhooks("bot-filter", 2);
    await shortDelay();
    expect(webhooksOf("bot-filter")).toHaveLength(2);
    expect(received.map(({ envelope }) => (envelope as { data: { content: string } }).data.content)).toEqual(
      ["/HELP me", "#12"].map(textOf),
    );
    await deleteBot("bot-filter");
  });
});
