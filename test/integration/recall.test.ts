import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { signCall } from "#adapters/rongcloud/sign-call.ts";
import { type DifySimulator, startDifySimulator } from "../../local/dify/server.ts";
import type { ImMessage } from "../../local/im/messages.ts";
import { type ImSimulator, startImSimulator } from "../../local/im/server.ts";
import { closeAfterAll } from "../support/close-after.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningBridge, startBridge } from "../support/local-run.ts";
import { callApi, localApp, textMessage } from "../support/signed-call.ts";

let dify: DifySimulator;
let im: ImSimulator;
let bridge: RunningBridge;

/** Four seconds of words: the turn looks for a recall every two seconds. */
const story = { kind: "deltas", deltas: Array.from({ length: 40 }, (_, at) => `word${at} `) } as const;

beforeAll(async () => {
  dify = closeAfterAll(await startDifySimulator());
  im = closeAfterAll(await startImSimulator({ appKey: localApp.appKey, appSecret: localApp.secret }));
  bridge = await startBridge({ RONGCLOUD_API_URL: im.url });
  dify.configure("app-recall", { version: "1.16.1", reply: story, paceMs: 100 });
  const auth = { apiKey: "app-recall" };
  const bot = {
    userId: "bot-recall",
    name: "Helpdesk",
    type: "faq",
    profileUrl: "https://example.com/b.png",
  };
  const created = await callApi(bridge.url, "/v3/bot/create.json", {
    ...bot,
    integrations: [{ type: "dify_chatflow", callbackUrl: dify.url, auth }],
  });
  expect(created).toMatchObject({ body: { code: 200 } });
}, 60_000);

const callback = (path: string, body: URLSearchParams | object) => {
  const { "App-Key": appKey, Nonce, Timestamp, Signature } = signCall(localApp, Date.now());
  const query = new URLSearchParams({ appKey, nonce: Nonce, timestamp: Timestamp, signature: Signature });
  return callApi(bridge.url, `/callbacks/rongcloud/${path}?${query}`, body, {});
};

/** As RongCloud's message route sends it. */
const routed = (message: URLSearchParams, msgUID: string, given: Record<string, string> = {}) => {
  for (const [name, value] of Object.entries({ channelType: "PERSON", msgUID, ...given }))
    message.set(name, value);
  return callback("messages", message);
};
const say = (user: string, text: string, msgUID: string) =>
  routed(textMessage(user, "bot-recall", text), msgUID);

interface Command {
  readonly user: string;
  readonly msgUID: string;
  readonly isAdmin?: boolean;
}

const commandOf = ({ user, msgUID, isAdmin = false }: Command) => ({
  fromUserId: user,
  toUserId: "bot-recall",
  objectName: "RC:RcCmd",
  content: JSON.stringify({ messageUId: msgUID, conversationType: 1, targetId: "bot-recall", isAdmin }),
});
const recallByRoute = (command: Command) => routed(new URLSearchParams(commandOf(command)), randomUUID());
const recallByEvent = (command: Command) =>
  callback("bot-events", {
    type: "message:private_recall",
    timestamp: Date.now(),
    bot: { userId: "bot-recall" },
    data: { ...commandOf(command), channelType: "PERSON", msgUID: randomUUID() },
  });
const recallByPublish = (command: Command) =>
  callApi(bridge.url, "/message/private/publish.json", new URLSearchParams(commandOf(command)));

const recallByApi = ({ user, msgUID }: Command) =>
  callApi(
    bridge.url,
    "/message/recall.json",
    new URLSearchParams({
      fromUserId: user,
      conversationType: "1",
      targetId: "bot-recall",
      messageUID: msgUID,
      sentTime: String(Date.now()),
    }),
  );

const answersTo = (user: string): ImMessage[] => im.messages().filter(({ targetId }) => targetId === user);
const closedAnswerTo = (user: string): Promise<ImMessage> =>
  eventually(() => {
    const closed = answersTo(user).find(({ complete }) => complete);
    if (!closed) throw new Error(`no answer to ${user}\n${bridge.stderr()}`);
    return closed;
  });
const answerBegun = (user: string) => eventually(() => expect(answersTo(user)).toHaveLength(1));

const isLogged = (event: string, msgUID: string) =>
  eventually(() =>
    expect(
      bridge
        .stderr()
        .split("\n")
        .filter((line) => line.includes(event) && line.includes(msgUID)),
    ).toHaveLength(1),
  );
const questions = (): unknown[] =>
  dify.requests.filter(({ path }) => path === "/v1/chat-messages").map(({ body }) => body);
const stops = () => dify.requests.filter(({ path }) => path.endsWith("/stop"));

/** A user and the id of their message, which no other test uses. */
const someone = (name: string) => ({ user: `user-${name}`, msgUID: `message-of-${name}` });

describe("a message that its sender takes back while the bot answers", () => {
  test.concurrent.each([
    ["by the message route", "route", recallByRoute],
    ["as a bot event", "event", recallByEvent],
    ["by the send API", "publish", recallByPublish],
    ["by the server API for recalls", "api", recallByApi],
    [
      "as an admin, who is not its sender",
      "admin",
      (command: Command) => recallByRoute({ ...command, user: "user-admin", isAdmin: true }),
    ],
  ] as const)("%s, stops the answer, in the IM and at Dify", async (_way, name, recall) => {
    const { user, msgUID } = someone(name);
    await say(user, `a secret of ${name}`, msgUID);
    await answerBegun(user);
    expect(await recall({ user, msgUID })).toMatchObject({ status: 200, body: { code: 200 } });
    const { completeReason, text } = await closedAnswerTo(user);
    expect(completeReason).toBe(2);
    expect(text).not.toContain("word39");
    await isLogged("job_recalled", msgUID);
    await eventually(() => expect(stops()).toContainEqual(expect.objectContaining({ body: { user } })));
    expect(answersTo(user)).toHaveLength(1);
  });

  test.concurrent("is answered if another user claims to take it back, or names another message", async () => {
    const { user, msgUID } = someone("other");
    await say(user, "a question", msgUID);
    await answerBegun(user);
    await recallByRoute({ user: "user-stranger", msgUID });
    await recallByEvent({ user, msgUID: "another-message" });
    const { completeReason, text } = await closedAnswerTo(user);
    expect(completeReason).toBe(0);
    expect(text).toContain("word39");
  });
});

describe("a message that is taken back before its turn begins", () => {
  test.concurrent("because its conversation is busy, is never asked", async () => {
    const { user, msgUID } = someone("waiting");
    await say(user, "the first question", `${msgUID}-first`);
    await answerBegun(user);
    await say(user, "a waiting secret", msgUID);
    await recallByRoute({ user, msgUID });
    await isLogged("job_recalled", msgUID);
    expect(await closedAnswerTo(user)).toMatchObject({ completeReason: 0 });
    expect(answersTo(user)).toHaveLength(1);
    expect(JSON.stringify(questions())).not.toContain("a waiting secret");
  });

  test.concurrent("even before the message itself arrives, is never asked", async () => {
    const { user, msgUID } = someone("early");
    await recallByRoute({ user, msgUID });
    await say(user, "an early secret", msgUID);
    await isLogged("job_recalled", msgUID);
    expect(answersTo(user)).toEqual([]);
    expect(JSON.stringify(questions())).not.toContain("an early secret");
  });
});

test("a message in a group, whose recall names no bot, is taken back too", async () => {
  const { user, msgUID } = someone("member");
  const content = { content: "@Helpdesk a secret", mentionedInfo: { type: 2, userIdList: ["bot-recall"] } };
  const inGroup = (objectName: string, said: object, uid: string) =>
    routed(
      new URLSearchParams({ fromUserId: user, toUserId: "g1", objectName, content: JSON.stringify(said) }),
      uid,
      { channelType: "GROUP" },
    );
  await inGroup("RC:TxtMsg", content, msgUID);
  await answerBegun("g1");
  await inGroup("RC:RcCmd", { messageUId: msgUID, conversationType: 3, targetId: "g1" }, randomUUID());
  expect(await closedAnswerTo("g1")).toMatchObject({ completeReason: 2 });
});
